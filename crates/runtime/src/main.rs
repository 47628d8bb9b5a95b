//! `keramos-run`: trains, evaluates, predicts with and looks into Keramos artifacts.

mod cli;

fn main() {
    keramos_runtime::pjrt::share_one_heap();
    let status = cli::main();
    keramos_runtime::pjrt::end_process(status)
}
