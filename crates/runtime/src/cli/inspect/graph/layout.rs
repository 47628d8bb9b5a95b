//! Places boxes in rows, each below those that feed it, with lanes for the edges that pass other rows.

/// A box to be placed.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Items that feed it; all stand before it.
    pub(super) from: Vec<usize>,
}

/// A place in a row: a box, or the lane of an edge.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// The box; none in a lane.
    pub(super) item: Option<usize>,
    pub(super) row: usize,
    pub(super) width: f64,
    /// Height of the box; that of its row for a lane.
    pub(super) height: f64,
    /// Where its middle is.
    pub(super) x: f64,
    /// How firmly it holds its place: boxes of the longest paths most, so that the trunk of a model stays straight where
    /// branches leave it and come back; lanes least.
    pub(super) weight: f64,
}

const TRUNK: f64 = 100.0;
const BRANCH: f64 = 1.0;
const LANE: f64 = 0.01;

/// Everything in its place. Boxes stand at the tops of their rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    /// The boxes in the order of the items, then the lanes.
    pub(super) cells: Vec<Cell>,
    /// Cells from left to right.
    pub(super) rows: Vec<Vec<usize>>,
    /// For each edge the cells that it goes through.
    pub(super) edges: Vec<Vec<usize>>,
    /// Top of each row.
    pub(super) tops: Vec<f64>,
    pub(super) heights: Vec<f64>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Room between neighbours in a row, between rows, around everything, and the width of a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gaps {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) margin: f64,
    pub(super) lane: f64,
}

/// How often rows are ordered and straightened after their neighbours.
const SWEEPS: usize = 12;

impl Layout {
    pub(super) fn of(items: &[Item], gaps: Gaps) -> Layout {
        let mut layout = Layout::default();
        let ranks = ranks(items);
        for (index, (item, &row)) in items.iter().zip(&ranks).enumerate() {
            layout.cells.push(Cell {
                item: Some(index),
                row,
                width: item.width,
                height: item.height,
                x: 0.0,
                weight: BRANCH,
            });
        }
        for (index, item) in items.iter().enumerate() {
            for &from in &item.from {
                layout.connect(from, index, gaps.lane);
            }
        }
        for index in trunk(items, &ranks) {
            layout.cells[index].weight = TRUNK;
        }
        layout.rows = vec![Vec::new(); ranks.iter().max().map_or(0, |last| last + 1)];
        for (index, cell) in layout.cells.iter().enumerate() {
            layout.rows[cell.row].push(index);
        }
        let (above, below) = layout.neighbours();
        layout.order(&above, &below);
        layout.straighten(&above, &below, gaps);

        let mut top = gaps.margin;
        for row in &layout.rows {
            let boxes = row.iter().filter_map(|&cell| items.get(layout.cells[cell].item?));
            let height = boxes.map(|item| item.height).fold(0.0, f64::max);
            layout.tops.push(top);
            layout.heights.push(height);
            top += height + gaps.y;
        }
        for cell in layout.cells.iter_mut().filter(|cell| cell.item.is_none()) {
            cell.height = layout.heights[cell.row];
        }
        layout.height = if layout.rows.is_empty() { 2.0 * gaps.margin } else { top - gaps.y + gaps.margin };
        layout
    }

    /// Adds an edge, with a lane in each row that it passes.
    fn connect(&mut self, from: usize, to: usize, lane: f64) {
        let mut edge = vec![from];
        for row in self.cells[from].row + 1..self.cells[to].row {
            edge.push(self.cells.len());
            self.cells.push(Cell { item: None, row, width: lane, height: 0.0, x: 0.0, weight: LANE });
        }
        edge.push(to);
        self.edges.push(edge);
    }

    /// For each cell those that it is joined with in the row above and in the row below.
    fn neighbours(&self) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
        let (mut above, mut below) = (vec![Vec::new(); self.cells.len()], vec![Vec::new(); self.cells.len()]);
        for edge in &self.edges {
            for pair in edge.windows(2) {
                above[pair[1]].push(pair[0]);
                below[pair[0]].push(pair[1]);
            }
        }
        (above, below)
    }

    /// Orders each row by the mean place of its neighbours, so that few edges cross.
    fn order(&mut self, above: &[Vec<usize>], below: &[Vec<usize>]) {
        let mut place = vec![0.0; self.cells.len()];
        for row in &self.rows {
            row.iter().enumerate().for_each(|(index, &cell)| place[cell] = index as f64);
        }
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.rows.len();
            for step in 0..count {
                let row = &mut self.rows[if down { step } else { count - 1 - step }];
                let joined = if down { above } else { below };
                let mut keyed: Vec<(f64, usize)> =
                    row.iter().map(|&cell| (mean(&joined[cell], &place).unwrap_or(place[cell]), cell)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                *row = keyed.into_iter().map(|(_, cell)| cell).collect();
                row.iter().enumerate().for_each(|(index, &cell)| place[cell] = index as f64);
            }
        }
    }

    /// Where a cell belongs: in the middle of those of its neighbours that hold their places most firmly.
    fn wanted(&self, joined: &[usize], places: &[f64]) -> Option<f64> {
        let firmest = joined.iter().map(|&cell| self.cells[cell].weight).fold(0.0, f64::max);
        let chosen: Vec<usize> = joined.iter().copied().filter(|&cell| self.cells[cell].weight == firmest).collect();
        mean(&chosen, places)
    }

    /// Moves cells towards the middle of their neighbours as far as those beside them let them.
    fn straighten(&mut self, above: &[Vec<usize>], below: &[Vec<usize>], gaps: Gaps) {
        for sweep in 0..=SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.rows.len();
            for step in 0..count {
                let row = self.rows[if down { step } else { count - 1 - step }].clone();
                let places: Vec<f64> = self.cells.iter().map(|cell| cell.x).collect();
                let joined = |cell: usize| if down { &above[cell] } else { &below[cell] };
                let wanted: Vec<f64> =
                    row.iter().map(|&cell| self.wanted(joined(cell), &places).unwrap_or(places[cell])).collect();
                let weights: Vec<f64> = row.iter().map(|&cell| self.cells[cell].weight).collect();
                let apart = |pair: &[usize]| (self.cells[pair[0]].width + self.cells[pair[1]].width) / 2.0 + gaps.x;
                let steps: Vec<f64> = row.windows(2).map(apart).collect();
                for (&cell, x) in row.iter().zip(apart_at_least(&wanted, &weights, &steps)) {
                    self.cells[cell].x = x;
                }
            }
        }
        let left = |cell: &Cell| cell.x - cell.width / 2.0;
        let first = self.cells.iter().map(left).fold(f64::INFINITY, f64::min);
        self.cells.iter_mut().for_each(|cell| cell.x = (cell.x - first + gaps.margin).round());
        let right = self.cells.iter().map(|cell| cell.x + cell.width / 2.0).fold(gaps.margin, f64::max);
        self.width = right + gaps.margin;
    }
}

/// The row of each item: below all that feed it, and those that nothing feeds just above what they feed.
fn ranks(items: &[Item]) -> Vec<usize> {
    let mut ranks: Vec<usize> = Vec::with_capacity(items.len());
    for item in items {
        ranks.push(item.from.iter().map(|&from| ranks[from] + 1).max().unwrap_or(0));
    }
    let mut first_use = vec![usize::MAX; items.len()];
    for (item, &rank) in items.iter().zip(&ranks) {
        item.from.iter().for_each(|&from| first_use[from] = first_use[from].min(rank));
    }
    for (index, item) in items.iter().enumerate() {
        if item.from.is_empty() && first_use[index] != usize::MAX {
            ranks[index] = first_use[index] - 1;
        }
    }
    ranks
}

/// The items that lie on a longest path from a first row to a last one.
fn trunk(items: &[Item], ranks: &[usize]) -> Vec<usize> {
    let mut below = vec![0_usize; items.len()];
    for (index, item) in items.iter().enumerate().rev() {
        item.from.iter().for_each(|&from| below[from] = below[from].max(below[index] + 1));
    }
    let mut above = vec![0_usize; items.len()];
    for (index, item) in items.iter().enumerate() {
        above[index] = item.from.iter().map(|&from| above[from] + 1).max().unwrap_or(0);
    }
    let last = ranks.iter().copied().max().unwrap_or(0);
    (0..items.len()).filter(|&index| above[index] + below[index] == last).collect()
}

fn mean(of: &[usize], places: &[f64]) -> Option<f64> {
    (!of.is_empty()).then(|| of.iter().map(|&cell| places[cell]).sum::<f64>() / of.len() as f64)
}

/// The places nearest to the wanted ones, by weighted squares, that are at least these steps apart: blocks of neighbours that
/// would come too close share the mean of what they want (pooling of adjacent violators).
fn apart_at_least(wanted: &[f64], weights: &[f64], steps: &[f64]) -> Vec<f64> {
    let mut offset = 0.0;
    let offsets: Vec<f64> = std::iter::once(0.0)
        .chain(steps.iter().map(|step| {
            offset += step;
            offset
        }))
        .collect();
    // Sum of weights, weighted sum, length.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for ((want, weight), offset) in wanted.iter().zip(weights).zip(&offsets) {
        let mut block = (*weight, weight * (want - offset), 1);
        while let Some(&(before, sum, length)) = blocks.last()
            && sum / before > block.1 / block.0
        {
            blocks.pop();
            block = (block.0 + before, block.1 + sum, block.2 + length);
        }
        blocks.push(block);
    }
    let means = blocks.iter().flat_map(|&(weight, sum, length)| std::iter::repeat_n(sum / weight, length));
    means.zip(&offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAPS: Gaps = Gaps { x: 10.0, y: 20.0, margin: 5.0, lane: 4.0 };

    fn item(from: &[usize]) -> Item {
        Item { width: 100.0, height: 30.0, from: from.to_vec() }
    }

    #[test]
    fn a_chain_is_straight() {
        let layout = Layout::of(&[item(&[]), item(&[0]), item(&[1])], GAPS);
        assert!(layout.cells.iter().all(|cell| cell.x == 55.0), "{layout:?}");
        assert_eq!(layout.tops, [5.0, 55.0, 105.0]);
        assert_eq!((layout.width, layout.height), (110.0, 140.0));
    }

    #[test]
    fn an_edge_past_a_row_has_a_lane_that_no_box_covers() {
        // 0 feeds 1 and, past it, 2.
        let layout = Layout::of(&[item(&[]), item(&[0]), item(&[0, 1])], GAPS);
        let [lane] = layout.edges.iter().filter(|edge| edge.len() == 3).collect::<Vec<_>>()[..] else {
            panic!("{layout:?}")
        };
        let (lane, beside) = (&layout.cells[lane[1]], &layout.cells[1]);
        assert_eq!((lane.row, lane.item), (1, None));
        assert!((lane.x - beside.x).abs() >= 50.0 + 2.0 + 10.0 - 1.0, "{layout:?}");
    }

    #[test]
    fn neighbours_never_overlap() {
        let items: Vec<Item> =
            (0..40).map(|i: usize| item(&if i < 5 { vec![] } else { vec![i - 5, (i * 7) % (i - 1)] })).collect();
        let layout = Layout::of(&items, GAPS);
        for row in &layout.rows {
            for pair in row.windows(2) {
                let (a, b) = (&layout.cells[pair[0]], &layout.cells[pair[1]]);
                assert!(b.x - a.x >= (a.width + b.width) / 2.0 + GAPS.x - 1.5, "{a:?} {b:?}");
            }
        }
        assert!(Layout::of(&[], GAPS).cells.is_empty());
    }
}
