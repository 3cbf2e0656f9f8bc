//! A lab's figure, or one of its panes, drawn without a window.

use egui::{Frame, Label, Margin, Panel, RichText, Ui, UiBuilder};
use image::RgbaImage;

use super::{BadRequest, Caption, Picture};
use crate::labs::LabView;
use crate::ui::stage::{OffscreenError, Stage};
use crate::ui::theme::{self, ThemeChoice};

/// Longest wait for a picture to be complete.
const PATIENCE_SECS: f64 = 300.0;

/// A view on a stage of its own.
pub struct Drawing<'a> {
    view: &'a mut dyn LabView,
    stage: Stage,
    pane: Option<&'static str>,
    caption: Option<String>,
}

impl<'a> Drawing<'a> {
    /// Sets the stage for `view`. The caption is drawn below if `picture` asks for it.
    ///
    /// # Errors
    /// [`BadRequest`] if there is no such pane or theme; [`OffscreenError`] if nothing can be drawn.
    pub fn new(view: &'a mut dyn LabView, picture: &Picture, caption: &Caption) -> anyhow::Result<Self> {
        let theme = ThemeChoice::find(&picture.theme).ok_or_else(|| {
            let known = ThemeChoice::ALL.map(ThemeChoice::id).join(", ");
            BadRequest(format!("there is no theme \"{}\"; it must be one of {known}", picture.theme))
        })?;
        let pane = picture.pane.as_deref().map(|pane| find_pane(view, pane)).transpose()?;
        let caption = picture.caption.then(|| caption.text.clone());
        let ctx = egui::Context::default();
        theme::install(&ctx);
        theme.apply(&ctx);
        let stage = Stage::new(ctx, picture.size, picture.scale)?;
        Ok(Self { view, stage, pane, caption })
    }

    /// Draws until all of it has been computed (or five minutes are over), or until `go_on` says no.
    ///
    /// # Errors
    /// See [`OffscreenError`].
    pub fn settle(&mut self, go_on: &dyn Fn() -> bool) -> Result<(), OffscreenError> {
        let Self { view, stage, pane, caption } = self;
        let ctx = stage.ctx().clone();
        stage.settle(PATIENCE_SECS, |ui| {
            view.logic(&ctx, 0.0);
            if let Some(caption) = caption {
                draw_caption(ui, caption);
            }
            // What finds no room in a small picture is cut off, rather than lie over the caption.
            let area = ui.available_rect_before_wrap();
            ui.scope_builder(UiBuilder::new().max_rect(area), |ui| {
                ui.shrink_clip_rect(area);
                match pane {
                    Some(pane) => view.pane_figure(ui, pane),
                    None => view.figure(ui),
                }
            });
            view.is_busy() && go_on()
        })
    }

    /// Moves the play head to this share of the run, from 0 to 1. Says whether there is one.
    pub fn seek(&mut self, share: f64) -> bool {
        self.view.seek(share)
    }

    /// What was drawn.
    ///
    /// # Errors
    /// The driver failed.
    pub fn picture(&self) -> Result<RgbaImage, OffscreenError> {
        self.stage.picture()
    }

    /// Where it was drawn.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }
}

/// The figure of `view` once all of it has been computed.
///
/// # Errors
/// As [`Drawing::new`].
pub fn figure(view: &mut dyn LabView, picture: &Picture) -> anyhow::Result<RgbaImage> {
    let nothing = Caption { title: String::new(), text: String::new() };
    let mut drawing = Drawing::new(view, &Picture { caption: false, ..picture.clone() }, &nothing)?;
    drawing.settle(&|| true)?;
    Ok(drawing.picture()?)
}

fn find_pane(view: &mut dyn LabView, wanted: &str) -> Result<&'static str, BadRequest> {
    let panes = view.tiles().map_or(&[][..], |tiles| tiles.panes());
    let found = panes.iter().find(|pane| pane.id == wanted || pane.name.to_lowercase() == wanted.to_lowercase());
    found.map(|pane| pane.id).ok_or_else(|| {
        let known: Vec<_> = panes.iter().map(|pane| pane.id).collect();
        BadRequest(format!("this lab has no pane \"{wanted}\"; it has {}", known.join(", ")))
    })
}

fn draw_caption(ui: &mut Ui, caption: &str) {
    let frame =
        Frame::new().fill(ui.visuals().panel_fill).inner_margin(Margin { left: 10, right: 10, top: 2, bottom: 8 });
    Panel::bottom("caption").frame(frame).resizable(false).show_separator_line(false).show(ui, |ui| {
        let colour = theme::tokens(ui.visuals()).muted_text;
        ui.add(Label::new(RichText::new(caption).small().color(colour)).wrap().selectable(false));
    });
}
