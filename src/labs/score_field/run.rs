//! What a scene does: particles carried along its time grid.
