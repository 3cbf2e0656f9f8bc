//! The strip of tabs: one for every open scene, once there are several.

use egui::{Align, Align2, CornerRadius, Frame, Layout, Margin, Panel, ScrollArea, Sense, Stroke, Ui, vec2};

use super::App;
use super::commands;
use crate::ui::icon::{self, Look, icon_button};
use crate::ui::theme;

/// Widest text of a tab, in points.
const WIDEST: f32 = 220.0;
/// Height of a tab, in points.
const HEIGHT: f32 = 28.0;

/// What a tab shows.
struct Tab {
    number: u64,
    title: String,
    about: String,
    changed: bool,
    in_sight: bool,
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Show(u64),
    Close(u64),
    CloseOthers(u64),
    Duplicate(u64),
}

pub(super) fn show(app: &mut App, ui: &mut Ui) {
    let tabs: Vec<Tab> = app
        .documents()
        .map(|document| Tab {
            number: document.number(),
            title: document.title(),
            about: match document.path() {
                Some(path) => format!("{}\n{}", document.lab.info.name, path.display()),
                None => format!("{}\nNo file yet", document.lab.info.name),
            },
            changed: document.is_changed(),
            in_sight: app.is_in_sight(document.number()),
        })
        .collect();
    if tabs.len() < 2 {
        return;
    }
    let frame =
        Frame::new().fill(ui.visuals().panel_fill).inner_margin(Margin { left: 8, right: 8, top: 2, bottom: 0 });
    let mut wish = None;
    Panel::top("scenes").frame(frame).show(ui, |ui| {
        let room = vec2(ui.available_width(), HEIGHT);
        ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, icon::add, Look::Plain, "New scene tab", "New scene of this lab (Ctrl+N)").clicked()
                && let Some(command) = commands::find("New scene")
            {
                let ctx = ui.ctx().clone();
                (command.run)(app, &ctx);
            }
            ui.with_layout(Layout::left_to_right(Align::Max), |ui| {
                ScrollArea::horizontal().auto_shrink([false, true]).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.x = 2.0;
                    ui.horizontal(|ui| {
                        for tab in &tabs {
                            wish = draw(ui, tab).or(wish);
                        }
                    });
                });
            });
        });
    });
    match wish {
        Some(Wish::Show(number)) => app.go_to_document(number),
        Some(Wish::Close(number)) => app.ask_to_close(number),
        Some(Wish::Duplicate(number)) => {
            app.go_to_document(number);
            app.duplicate_document();
        }
        Some(Wish::CloseOthers(kept)) => {
            let others: Vec<u64> = app
                .documents()
                .filter(|other| other.number() != kept && !other.is_changed())
                .map(|o| o.number())
                .collect();
            app.go_to_document(kept);
            for number in others {
                app.close_document(number);
            }
        }
        None => {}
    }
}

fn draw(ui: &mut Ui, tab: &Tab) -> Option<Wish> {
    let tokens = theme::tokens(ui.visuals());
    let font = egui::TextStyle::Body.resolve(ui.style());
    let colour = if tab.in_sight { ui.visuals().strong_text_color() } else { tokens.muted_text };
    let mut job = egui::text::LayoutJob::simple_singleline(tab.title.clone(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(WIDEST);
    let galley = ui.painter().layout_job(job);
    let width = 10.0 + galley.size().x + 14.0 + 24.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    let name = if tab.changed { format!("{} (unsaved)", tab.title) } else { tab.title.clone() };
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Tab, ui.is_enabled(), tab.in_sight, &name));
    if tab.in_sight {
        // The tab that was just brought in sight may be beyond the edge.
        let newly = ui.ctx().data_mut(|data| {
            let last = data.get_temp_mut_or_insert_with(egui::Id::unique("tab in sight"), || 0u64);
            std::mem::replace(last, tab.number) != tab.number
        });
        if newly {
            response.scroll_to_me(None);
        }
    }
    if ui.is_rect_visible(rect) {
        let visuals = ui.visuals();
        let lit = response.hovered() || response.has_focus();
        let corners = CornerRadius::ZERO;
        let fill = match (tab.in_sight, lit) {
            (true, _) => visuals.widgets.inactive.bg_fill,
            (false, true) => visuals.widgets.hovered.bg_fill.gamma_multiply(0.6),
            (false, false) => egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, corners, fill);
        if tab.in_sight {
            ui.painter().rect_filled(rect.with_max_y(rect.top() + 2.0), CornerRadius::ZERO, tokens.accent);
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.5, tokens.selection);
            ui.painter().rect_stroke(rect.shrink(1.0), corners, stroke, egui::StrokeKind::Inside);
        }
        let place = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect.with_min_x(rect.left() + 10.0));
        ui.painter().galley(place.min, galley, colour);
        if tab.changed {
            ui.painter().circle_filled(egui::pos2(place.right() + 8.0, rect.center().y), 3.0, tokens.warning);
        }
    }
    let mut wish = response.clicked().then_some(Wish::Show(tab.number));
    if response.middle_clicked() {
        wish = Some(Wish::Close(tab.number));
    }
    response.context_menu(|ui| {
        for (name, asked) in [
            ("Close", Wish::Close(tab.number)),
            ("Close the other saved ones", Wish::CloseOthers(tab.number)),
            ("Duplicate", Wish::Duplicate(tab.number)),
        ] {
            if ui.button(name).clicked() {
                wish = Some(asked);
                ui.close();
            }
        }
    });
    response.on_hover_text(&tab.about);
    let square = egui::Rect::from_center_size(egui::pos2(rect.right() - 14.0, rect.center().y), vec2(20.0, 20.0));
    let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(square).id_salt(("close", tab.number)));
    corner.spacing_mut().interact_size.y = 16.0;
    if icon_button(&mut corner, icon::close, Look::Plain, &format!("Close {}", tab.title), "Close").clicked() {
        wish = Some(Wish::Close(tab.number));
    }
    wish
}
