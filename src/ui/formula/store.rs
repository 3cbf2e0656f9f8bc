//! Formulas that have been typeset, and the thread that typesets them.
//!
//! A frame never typesets: it asks for what it lacks and draws what there is. A formula is laid out once; its picture is
//! made once for every size, in white, and takes its colour when it is drawn, so that themes share it.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use egui::{ColorImage, Context, Id, TextureHandle, TextureId, TextureOptions};

use super::typeset::{FormulaError, Typeset};

/// Pictures kept.
const MOST_PICTURES: usize = 512;
/// Frames after which a picture that was not drawn may be dropped.
const IDLE_FRAMES: u64 = 240;

/// How much has been typeset since the program started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Formulas laid out.
    pub typeset: u64,
    /// Pictures made of them.
    pub pictures: u64,
    /// Requests not yet answered.
    pub pending: u64,
}

/// A formula's layout, as far as it is known.
#[derive(Debug, Clone)]
pub(super) enum Layout {
    Pending,
    Ready(Arc<Typeset>),
    Failed(FormulaError),
}

struct Picture {
    texture: Option<TextureHandle>,
    used: u64,
}

enum Work {
    Layout(String),
    Picture { latex: String, typeset: Arc<Typeset>, pixels_per_em: f32 },
}

enum Answer {
    Layout(String, Result<Arc<Typeset>, FormulaError>),
    Picture { latex: String, pixels_per_em: f32, image: Option<ColorImage> },
}

/// What goes to the thread, and what comes back.
type Channels = (Sender<(Work, Context)>, Receiver<Answer>);

/// What one window has typeset.
#[derive(Default)]
struct Store {
    thread: Option<Channels>,
    layouts: HashMap<String, Layout>,
    /// By formula and the bits of the pixels for an em.
    pictures: HashMap<(String, u32), Picture>,
    counts: Counts,
}

/// The store of `ctx`.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Store>>);

impl Shared {
    fn of(ctx: &Context) -> Self {
        ctx.data_mut(|data| data.get_temp_mut_or_default::<Self>(Id::unique("formulas")).clone())
    }

    /// The store stays usable after a panic: an entry is replaced as a whole.
    fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The layout of `latex`, asked for if it is not known.
pub(super) fn layout(ctx: &Context, latex: &str) -> Layout {
    let shared = Shared::of(ctx);
    let mut store = shared.lock();
    store.receive(ctx);
    if let Some(known) = store.layouts.get(latex) {
        return known.clone();
    }
    store.layouts.insert(latex.to_owned(), Layout::Pending);
    store.ask(ctx, Work::Layout(latex.to_owned()));
    Layout::Pending
}

/// The picture of a formula, `pixels_per_em` large, asked for if it is not there.
pub(super) fn picture(ctx: &Context, latex: &str, typeset: &Arc<Typeset>, pixels_per_em: f32) -> Option<TextureHandle> {
    let shared = Shared::of(ctx);
    let mut store = shared.lock();
    let frame = ctx.cumulative_frame_nr();
    let key = (latex.to_owned(), pixels_per_em.to_bits());
    if let Some(picture) = store.pictures.get_mut(&key) {
        picture.used = frame;
        return picture.texture.clone();
    }
    if store.pictures.len() >= MOST_PICTURES {
        store.pictures.retain(|_, picture| picture.used + IDLE_FRAMES > frame);
    }
    store.pictures.insert(key, Picture { texture: None, used: frame });
    store.ask(ctx, Work::Picture { latex: latex.to_owned(), typeset: Arc::clone(typeset), pixels_per_em });
    None
}

/// The formula whose picture is the texture, if it is one.
pub fn of_texture(ctx: &Context, texture: TextureId) -> Option<Arc<Typeset>> {
    let shared = Shared::of(ctx);
    let store = shared.lock();
    let has_it = |picture: &Picture| picture.texture.as_ref().is_some_and(|handle| handle.id() == texture);
    let ((latex, _), _) = store.pictures.iter().find(|(_, picture)| has_it(picture))?;
    match store.layouts.get(latex) {
        Some(Layout::Ready(typeset)) => Some(Arc::clone(typeset)),
        _ => None,
    }
}

/// How much has been typeset in `ctx`.
pub fn counts(ctx: &Context) -> Counts {
    Shared::of(ctx).lock().counts
}

/// Whether formulas are being typeset, so that the picture on screen is not the final one.
pub fn is_busy(ctx: &Context) -> bool {
    counts(ctx).pending > 0
}

impl Store {
    fn ask(&mut self, ctx: &Context, work: Work) {
        self.counts.pending += 1;
        let (sender, _) = self.thread.get_or_insert_with(start);
        if sender.send((work, ctx.clone())).is_err() {
            // There is no thread to be had: formulas stay words.
            self.counts.pending -= 1;
        }
    }

    /// Takes in what has been typeset.
    fn receive(&mut self, ctx: &Context) {
        let Some((_, receiver)) = &self.thread else { return };
        for answer in receiver.try_iter() {
            self.counts.pending -= 1;
            match answer {
                Answer::Layout(latex, result) => {
                    self.counts.typeset += 1;
                    let layout = match result {
                        Ok(typeset) => Layout::Ready(typeset),
                        Err(error) => Layout::Failed(error),
                    };
                    self.layouts.insert(latex, layout);
                }
                Answer::Picture { latex, pixels_per_em, image } => {
                    self.counts.pictures += 1;
                    if let Some(picture) = self.pictures.get_mut(&(latex, pixels_per_em.to_bits())) {
                        picture.texture = image.map(|image| ctx.load_texture("formula", image, TextureOptions::LINEAR));
                    }
                }
            }
        }
    }
}

/// Starts the thread. It ends with the store that holds its channel; the context comes with each request, so that the
/// thread does not keep a closed window alive.
fn start() -> Channels {
    let (sender, requests) = channel::<(Work, Context)>();
    let (answers, receiver) = channel();
    let spawned = std::thread::Builder::new().name("formulas".to_owned()).spawn(move || {
        for (work, ctx) in requests {
            if answers.send(work.answer()).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    });
    if let Err(error) = spawned {
        tracing::error!("the system gave no thread for formulas: {error}");
    }
    (sender, receiver)
}

impl Work {
    fn answer(self) -> Answer {
        match self {
            Self::Layout(latex) => {
                let typeset = Typeset::new(&latex).map(Arc::new);
                Answer::Layout(latex, typeset)
            }
            Self::Picture { latex, typeset, pixels_per_em } => {
                let image = typeset
                    .rasterize(pixels_per_em)
                    .map(|(size, bytes)| ColorImage::from_rgba_premultiplied(size, &bytes));
                Answer::Picture { latex, pixels_per_em, image }
            }
        }
    }
}
