//! What holds for every sequence of accesses, every stream and every migration.

mod accesses;
mod migrations;
mod streams;
