//! Draws egui interfaces into pictures, without a display, on any adapter, one made of software included.

use eframe::egui_wgpu::{self, RenderState, RendererOptions, ScreenDescriptor, wgpu};
use egui::epaint::ClippedShape;
use egui::{Color32, Pos2, RawInput, Rect, Ui, ViewportId, ViewportInfo};
use image::RgbaImage;

use super::graphics;
use super::theme::{self, ThemeChoice};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum OffscreenError {
    /// There is nothing to draw with.
    #[error("no graphics adapter was found to draw with: install a Vulkan driver, such as Mesa's lavapipe ({0})")]
    NoAdapter(String),
    /// The picture is larger than the adapter can draw.
    #[error("a picture of {width} × {height} pixels is too large: this adapter draws at most {most} each way")]
    TooLarge {
        /// Pixels asked for along x.
        width: u32,
        /// Pixels asked for along y.
        height: u32,
        /// Pixels possible.
        most: u32,
    },
    /// The driver failed.
    #[error("the picture could not be drawn: {0}")]
    Driver(String),
}

/// Seconds between the frames of a [`Stage`], as egui sees them.
pub const FRAME_SECS: f64 = 1.0 / 60.0;
/// Longest wait for the driver.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Draws `draw` over the whole of a picture of `size_points`, after it has run for `frames` frames (at least 2, since egui
/// needs one to learn sizes).
///
/// # Errors
/// See [`OffscreenError`].
pub fn render(
    size_points: [u32; 2],
    pixels_per_point: f32,
    theme: ThemeChoice,
    frames: usize,
    mut draw: impl FnMut(&mut Ui),
) -> Result<RgbaImage, OffscreenError> {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    theme.apply(&ctx);
    let mut stage = Stage::new(ctx, size_points, pixels_per_point)?;
    for _ in 0..frames.max(2) {
        stage.frame(&mut draw)?;
    }
    stage.picture()
}

/// A place to draw frame after frame: for pictures of something that moves.
pub struct Stage {
    ctx: egui::Context,
    graphics: RenderState,
    size_points: egui::Vec2,
    pixels_per_point: f32,
    frames: u64,
    output: Option<egui::FullOutput>,
}

impl Stage {
    /// A stage for `ctx`.
    ///
    /// # Errors
    /// There is no adapter, or the picture is too large for it.
    pub fn new(ctx: egui::Context, size_points: [u32; 2], pixels_per_point: f32) -> Result<Self, OffscreenError> {
        // OpenGL looks for a display and complains where there is none: it comes second.
        let first = wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY);
        let graphics = start(&graphics::configuration_on(first))
            .or_else(|_| start(&graphics::configuration_on(wgpu::Backends::GL)))
            .map_err(OffscreenError::NoAdapter)?;
        let [width, height] = size_points.map(|points| (points as f32 * pixels_per_point).round() as u32);
        let most = graphics.device.limits().max_texture_dimension_2d;
        if width == 0 || height == 0 || width > most || height > most {
            return Err(OffscreenError::TooLarge { width, height, most });
        }
        let size_points = egui::vec2(size_points[0] as f32, size_points[1] as f32);
        Ok(Self { ctx, graphics, size_points, pixels_per_point, frames: 0, output: None })
    }

    /// Runs one frame of `draw`.
    ///
    /// # Errors
    /// See [`OffscreenError`].
    pub fn frame(&mut self, draw: impl FnMut(&mut Ui)) -> Result<(), OffscreenError> {
        let mut output = self.ctx.run_ui(self.input(), draw);
        let mut renderer = self.graphics.renderer.write();
        for (id, images) in output.textures_delta.set.drain() {
            for image in images {
                renderer.update_texture(&self.graphics.device, &self.graphics.queue, id, &image);
            }
        }
        for id in output.textures_delta.free.drain() {
            renderer.free_texture(&id);
        }
        drop(renderer);
        self.frames += 1;
        self.output = Some(output);
        Ok(())
    }

    /// Runs frames of `draw` until it returns `false` (nothing is being computed any more) and two more, for at most
    /// `patience_secs` of waiting.
    ///
    /// # Errors
    /// See [`OffscreenError`].
    pub fn settle(&mut self, patience_secs: f64, mut draw: impl FnMut(&mut Ui) -> bool) -> Result<(), OffscreenError> {
        const NAP: std::time::Duration = std::time::Duration::from_millis(4);
        let mut waited = 0.0;
        let mut still = 0;
        while still < 3 {
            let mut busy = false;
            self.frame(|ui| busy = draw(ui))?;
            if busy && waited < patience_secs {
                still = 0;
                std::thread::sleep(NAP);
                waited += NAP.as_secs_f64();
            } else {
                still += 1;
            }
        }
        Ok(())
    }

    /// Where it draws.
    pub fn ctx(&self) -> &egui::Context {
        &self.ctx
    }

    /// Its size, in points.
    pub fn size_points(&self) -> egui::Vec2 {
        self.size_points
    }

    /// Pixels for a point.
    pub fn pixels_per_point(&self) -> f32 {
        self.pixels_per_point
    }

    /// What the latest frame drew, the lowest first.
    pub fn shapes(&self) -> &[ClippedShape] {
        self.output.as_ref().map_or(&[], |output| &output.shapes)
    }

    /// The latest frame as a picture, on the colour of the theme's panels.
    ///
    /// # Errors
    /// The driver failed.
    pub fn picture(&self) -> Result<RgbaImage, OffscreenError> {
        self.picture_of(self.shapes().to_vec(), self.ctx.global_style().visuals.panel_fill)
    }

    /// `shapes` of the latest frame on `background`, with premultiplied opacity.
    ///
    /// # Errors
    /// The driver failed.
    pub fn picture_of(&self, shapes: Vec<ClippedShape>, background: Color32) -> Result<RgbaImage, OffscreenError> {
        let (device, queue) = (&self.graphics.device, &self.graphics.queue);
        let size = self.size_points * self.pixels_per_point;
        let screen = ScreenDescriptor {
            pixels_per_point: self.pixels_per_point,
            size_in_pixels: [size.x.round() as u32, size.y.round() as u32],
        };
        let [width, height] = screen.size_in_pixels;
        let extent = wgpu::Extent3d { width, height, depth_or_array_layers: 1 };
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("picture"),
            size: extent,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: self.graphics.target_format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("picture") });
        let meshes = self.ctx.tessellate(shapes, self.pixels_per_point);
        let mut renderer = self.graphics.renderer.write();
        let uploads = renderer.update_buffers(device, queue, &mut encoder, &meshes, &screen);
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let [r, g, b, a] = background.to_normalized_gamma_f32().map(f64::from);
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a }),
                store: wgpu::StoreOp::Store,
            },
            depth_slice: None,
        };
        let descriptor = wgpu::RenderPassDescriptor {
            label: Some("picture"),
            color_attachments: &[Some(attachment)],
            ..Default::default()
        };
        let mut pass = encoder.begin_render_pass(&descriptor).forget_lifetime();
        renderer.render(&mut pass, &meshes, &screen);
        drop(pass);
        queue.submit(uploads.into_iter().chain([encoder.finish()]));
        read_back(device, queue, &texture, extent)
    }

    fn input(&self) -> RawInput {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size_points)),
            max_texture_side: Some(self.graphics.device.limits().max_texture_dimension_2d as usize),
            time: Some(self.frames as f64 * FRAME_SECS),
            predicted_dt: FRAME_SECS as f32,
            focused: true,
            ..RawInput::default()
        };
        // The pointer is elsewhere: nothing is lit up.
        input.events.push(egui::Event::PointerGone);
        let info = ViewportInfo { native_pixels_per_point: Some(self.pixels_per_point), ..ViewportInfo::default() };
        input.viewports.insert(ViewportId::ROOT, info);
        input
    }
}

fn start(configuration: &egui_wgpu::WgpuConfiguration) -> Result<RenderState, String> {
    let instance = pollster::block_on(configuration.wgpu_setup.new_instance());
    let options = RendererOptions { dithering: false, ..RendererOptions::default() };
    pollster::block_on(RenderState::create(configuration, &instance, None, options)).map_err(|error| error.to_string())
}

fn read_back(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    texture: &wgpu::Texture,
    extent: wgpu::Extent3d,
) -> Result<RgbaImage, OffscreenError> {
    let row = extent.width * 4;
    let padded = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("picture"),
        size: u64::from(padded) * u64::from(extent.height),
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read back") });
    let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(padded), rows_per_image: None };
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo { buffer: &buffer, layout },
        extent,
    );
    let submission = queue.submit([encoder.finish()]);
    let driver = |error: &dyn std::fmt::Display| OffscreenError::Driver(error.to_string());
    let (sender, receiver) = std::sync::mpsc::channel();
    buffer.slice(..).map_async(wgpu::MapMode::Read, move |result| drop(sender.send(result)));
    let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout: Some(PATIENCE) };
    device.poll(wait).map_err(|error| driver(&error))?;
    receiver.recv().map_err(|error| driver(&error))?.map_err(|error| driver(&error))?;
    let mapped = buffer.slice(..).get_mapped_range().map_err(|error| driver(&error))?;
    let pixels = mapped.chunks_exact(padded as usize).flat_map(|line| &line[..row as usize]).copied().collect();
    RgbaImage::from_raw(extent.width, extent.height, pixels)
        .ok_or_else(|| OffscreenError::Driver("the picture has the wrong size".to_owned()))
}
