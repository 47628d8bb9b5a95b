//! Host memory that the device can read in place.

use std::sync::Arc;

/// Where in memory a device can use data without a copy: CPU plugins ask for multiples of 64 bytes.
const ALIGNMENT: usize = 64;

/// Buffers that wait for their next use, at most; more would only hold memory.
const KEPT: usize = 32;

/// Bytes that start at a multiple of 64.
#[derive(Debug)]
pub(crate) struct Aligned {
    storage: Vec<u8>,
    start: usize,
    len: usize,
}

impl Aligned {
    fn zeros(len: usize) -> Aligned {
        let storage = vec![0; len + ALIGNMENT];
        // The storage is never moved or grown again, so that the place stays a multiple.
        let start = storage.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        Aligned { storage, start, len }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.storage.get_mut(self.start..self.start + self.len).unwrap_or_default()
    }
}

impl AsRef<[u8]> for Aligned {
    fn as_ref(&self) -> &[u8] {
        self.storage.get(self.start..self.start + self.len).unwrap_or_default()
    }
}

/// Batches on their way to the device. Memory is used again once the device has let go of it.
#[derive(Debug, Default)]
pub(crate) struct Staging {
    given: Vec<Arc<Aligned>>,
}

impl Staging {
    /// `len` bytes written by `fill`, to be shared with the device. What `fill` finds in them is unspecified.
    ///
    /// # Errors
    /// Those of `fill`.
    pub(crate) fn fill<E>(
        &mut self,
        len: usize,
        fill: impl FnOnce(&mut [u8]) -> Result<(), E>,
    ) -> Result<Arc<Aligned>, E> {
        let free = self.given.iter_mut().position(|bytes| bytes.len == len && Arc::get_mut(bytes).is_some());
        let mut bytes = match free {
            Some(index) => self.given.swap_remove(index),
            None => Arc::new(Aligned::zeros(len)),
        };
        if let Some(bytes) = Arc::get_mut(&mut bytes) {
            fill(bytes.bytes_mut())?;
        }
        if self.given.len() < KEPT {
            self.given.push(Arc::clone(&bytes));
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged(staging: &mut Staging, byte: u8) -> Arc<Aligned> {
        let filled = staging.fill(100, |bytes| {
            bytes.fill(byte);
            Ok::<_, ()>(())
        });
        filled.unwrap()
    }

    #[test]
    fn memory_is_used_again_once_it_is_free() {
        let mut staging = Staging::default();
        let first = staged(&mut staging, 1);
        let second = staged(&mut staging, 2);
        assert_eq!(((*first).as_ref(), (*second).as_ref()), (&[1; 100][..], &[2; 100][..]));
        assert_eq!((*first).as_ref().as_ptr().align_offset(ALIGNMENT), 0);

        let place = (*first).as_ref().as_ptr();
        drop(first);
        let third = staged(&mut staging, 3);
        assert_eq!((*third).as_ref().as_ptr(), place);
        assert_eq!((*second).as_ref(), [2; 100]);
    }
}
