//! Faults to order: how tests fill a disk, lose a graphics device, or stop the program in the middle of a save.
//!
//! The program names the places where such things happen to it ([`ALL`]) and asks at each whether it is to fail there. An
//! order comes from the environment, `DIFFUSCOPE_FAULT=PLACE:FAULT[:N]`, or from [`order`]; it is carried out from the N-th
//! visit of the place on (the first if left out), or at that visit alone if N ends in "!". Release builds never look.

use std::io;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// A place of the program where a fault can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its name in an order.
    pub name: &'static str,
    /// What happens there.
    pub about: &'static str,
}

/// The bytes of a file that replaces another are being written: some are, some are not.
pub static WRITE: Place = Place { name: "write", about: "half of a file's bytes are written" };
/// They are written, but the file does not have its name yet.
pub static RENAME: Place = Place { name: "rename", about: "a file is written and about to take its place" };
/// An array of a headless run is being written.
pub static ARRAY: Place = Place { name: "array", about: "values of an array are about to be written" };
/// A folder or a lock is about to be made.
pub static FOLDER: Place = Place { name: "folder", about: "the folder for unsaved work is about to be used" };
/// The graphics device that computes is about to be used.
pub static DEVICE: Place = Place { name: "device", about: "work is about to go to the graphics device that computes" };
/// A frame of the window begins, drawn by the graphics device.
pub static WINDOW: Place = Place { name: "window", about: "a frame begins whose drawing device may be lost" };

/// Every place.
pub static ALL: &[&Place] = &[&WRITE, &RENAME, &ARRAY, &FOLDER, &DEVICE, &WINDOW];

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// There is no room left; of a device, it is lost.
    Full,
    /// It is not allowed.
    Denied,
    /// The program says "reached PLACE" on standard error and stops there for good, to be killed.
    Hang,
}

#[derive(Debug, Clone)]
struct Order {
    place: &'static Place,
    fault: Fault,
    from: u64,
    once: bool,
    visits: u64,
}

/// An order that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" orders no fault: it must be PLACE:FAULT or PLACE:FAULT:N, with FAULT one of full, denied, hang")]
pub struct UnknownFault(String);

impl Order {
    fn read(text: &str) -> Result<Self, UnknownFault> {
        let unknown = || UnknownFault(text.to_owned());
        let mut words = text.split(':');
        let name = words.next().unwrap_or_default();
        let place = ALL.iter().copied().find(|place| place.name == name).ok_or_else(unknown)?;
        let fault = match words.next() {
            Some("full") => Fault::Full,
            Some("denied") => Fault::Denied,
            Some("hang") => Fault::Hang,
            _ => return Err(unknown()),
        };
        let count = words.next().unwrap_or("1");
        let (digits, once) = count.strip_suffix('!').map_or((count, false), |digits| (digits, true));
        let from = digits.parse().map_err(|_| unknown())?;
        if words.next().is_some() { Err(unknown()) } else { Ok(Self { place, fault, from, once, visits: 0 }) }
    }

    /// Counts a visit; the fault, if it is due.
    fn visit(&mut self) -> Option<Fault> {
        self.visits += 1;
        let due = if self.once { self.visits == self.from } else { self.visits >= self.from };
        due.then_some(self.fault)
    }
}

/// What has been ordered in this process.
fn ordered() -> MutexGuard<'static, Option<Order>> {
    static ORDERED: OnceLock<Mutex<Option<Order>>> = OnceLock::new();
    let from_environment = || {
        let text = std::env::var("DIFFUSCOPE_FAULT").ok()?;
        Order::read(&text).inspect_err(|error| tracing::error!("{error}")).ok()
    };
    ORDERED.get_or_init(|| Mutex::new(from_environment())).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Orders a fault in this process, in place of any other, or takes the order back. Does nothing in release builds.
///
/// # Errors
/// The order makes no sense.
pub fn order(text: Option<&str>) -> Result<(), UnknownFault> {
    let order = text.map(Order::read).transpose()?;
    *ordered() = order;
    Ok(())
}

/// How often the place of the present order has been visited since.
pub fn visits() -> u64 {
    ordered().as_ref().map_or(0, |order| order.visits)
}

fn due(place: &'static Place) -> Option<Fault> {
    if !cfg!(debug_assertions) {
        return None;
    }
    let fault = ordered().as_mut().filter(|order| order.place == place)?.visit()?;
    if fault == Fault::Hang {
        eprintln!("reached {}", place.name);
        loop {
            std::thread::park();
        }
    }
    Some(fault)
}

/// Fails where that has been ordered.
///
/// # Errors
/// The one ordered, as the operating system would report it.
pub fn check(place: &'static Place) -> io::Result<()> {
    match due(place) {
        Some(Fault::Full) => Err(io::Error::new(io::ErrorKind::StorageFull, "no space left on device")),
        Some(Fault::Denied) => Err(io::Error::new(io::ErrorKind::PermissionDenied, "permission denied")),
        Some(Fault::Hang) | None => Ok(()),
    }
}

/// Whether something other than a file is to fail here.
pub fn strikes(place: &'static Place) -> bool {
    due(place).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_and_carried_out_at_their_visit() {
        let mut from = Order::read("write:full:3").unwrap();
        let faults: Vec<_> = (0..5).map(|_| from.visit()).collect();
        assert_eq!(faults, [None, None, Some(Fault::Full), Some(Fault::Full), Some(Fault::Full)]);
        let mut once = Order::read("device:denied:2!").unwrap();
        let faults: Vec<_> = (0..3).map(|_| once.visit()).collect();
        assert_eq!(faults, [None, Some(Fault::Denied), None]);
        assert_eq!(Order::read("rename:hang").unwrap().visit(), Some(Fault::Hang));
        for nonsense in ["", "write", "write:melt", "moon:full", "write:full:many", "write:full:1:2"] {
            assert!(Order::read(nonsense).is_err(), "{nonsense}");
        }
        assert!(ALL.iter().all(|place| !place.name.contains(':') && !place.about.is_empty()));
    }
}
