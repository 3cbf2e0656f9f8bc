//! Engines until `engine::select` exists.
pub(super) mod select {
    use std::sync::Arc;

    use crate::engine::reference::ReferenceEngine;
    use crate::engine::{Engine, EngineError};

    pub(crate) static ALL: &[EngineChoice] = &[EngineChoice("auto"), EngineChoice("cpu"), EngineChoice("core")];

    #[derive(Clone, Copy)]
    pub(crate) struct EngineChoice(&'static str);

    impl EngineChoice {
        pub(crate) fn id(self) -> &'static str {
            self.0
        }
    }

    impl std::str::FromStr for EngineChoice {
        type Err = String;

        fn from_str(id: &str) -> Result<Self, String> {
            ALL.iter()
                .find(|choice| choice.0 == id)
                .copied()
                .ok_or(format!("engine is \"{id}\", but must be auto, cpu, gpu or core"))
        }
    }

    pub(crate) struct Selected {
        pub(crate) engine: Arc<dyn Engine>,
        pub(crate) note: Option<String>,
    }

    pub(crate) fn select(_: EngineChoice) -> Result<Selected, EngineError> {
        Ok(Selected { engine: Arc::new(ReferenceEngine), note: None })
    }
}
