//! How far work in the background is.

use egui::{Label, ProgressBar, RichText, Ui};

use super::theme;
use crate::engine::background::Background;

/// A bar with a button to stop the work, or to begin again once it was stopped; the fault if there is one; nothing when all
/// is done. `what` names what is computed.
pub fn progress<K, T>(ui: &mut Ui, what: &str, work: &mut Background<K, T>)
where
    K: Clone + PartialEq + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    if let Some(fault) = work.fault() {
        let colour = theme::tokens(ui.visuals()).error;
        ui.add(Label::new(RichText::new(format!("{what}: {fault}")).color(colour)).wrap());
    }
    let percent = (100.0 * work.fraction()).round();
    if work.is_busy() {
        ui.horizontal(|ui| {
            let stop = ui.button("Stop").on_hover_text(format!("Stops computing {what}; what is there stays"));
            if stop.clicked() {
                work.stop();
            }
            let words = format!("{what}: {percent} %");
            let bar = ui.add(ProgressBar::new(work.fraction() as f32).text(words.clone()));
            bar.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
        });
    } else if !work.is_finished() && work.fault().is_none() {
        ui.horizontal(|ui| {
            if ui.button("Compute again").on_hover_text(format!("Computes {what} from the start")).clicked() {
                work.resume();
            }
            ui.weak(format!("{what}: stopped at {percent} %"));
        });
    }
}
