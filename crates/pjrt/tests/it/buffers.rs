//! Data between host and device.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use half::{bf16, f16};
use keramos_pjrt::{Client, Element, ElementType, Error, Execution};

use crate::common::{STEP, client, compile};

fn round_trip<T: Element + PartialEq + std::fmt::Debug>(client: &Client, values: &[T]) {
    let dims = [values.len() as i64];
    let device = client.device(0).expect("a device");
    let buffer = client.buffer_from_slice(&dims, values, device).expect("a buffer");
    assert_eq!(buffer.element_type(), T::TYPE);
    assert_eq!(buffer.to_vec::<T>().expect("values"), values);
}

#[test]
fn values_of_every_type_come_back() {
    let client = client();
    round_trip(&client, &[i8::MIN, -1, 0, i8::MAX]);
    round_trip(&client, &[i16::MIN, i16::MAX]);
    round_trip(&client, &[i32::MIN, i32::MAX]);
    round_trip(&client, &[i64::MIN, i64::MAX]);
    round_trip(&client, &[u8::MIN, u8::MAX]);
    round_trip(&client, &[u16::MAX, 7]);
    round_trip(&client, &[u32::MAX, 7]);
    round_trip(&client, &[u64::MAX, 7]);
    round_trip(&client, &[f16::from_f32(0.5), f16::INFINITY]);
    round_trip(&client, &[bf16::from_f32(0.5), bf16::MIN]);
    round_trip(&client, &[f32::MIN_POSITIVE, -0.0, f32::MAX]);
    round_trip(&client, &[f64::MIN_POSITIVE, f64::MAX]);
}

#[test]
fn truth_values_are_bytes() {
    let client = client();
    let device = client.device(0).expect("a device");
    let buffer = client.buffer_from_bytes(ElementType::Pred, &[3], &[1, 0, 1], device).expect("a buffer");
    assert_eq!(buffer.to_bytes().expect("bytes"), [1, 0, 1]);
}

#[test]
fn scalars_and_empty_arrays_have_a_shape() {
    let client = client();
    let device = client.device(0).expect("a device");
    let scalar = client.buffer_from_slice(&[], &[2.5_f32], device).expect("a scalar");
    assert_eq!((scalar.dims(), scalar.host_size().expect("a size")), (&[][..], 4));
    assert_eq!(scalar.to_vec::<f32>().expect("a value"), [2.5]);
    let empty = client.buffer_from_slice::<f32>(&[0, 3], &[], device).expect("an empty array");
    assert_eq!(empty.dims(), [0, 3]);
    assert_eq!(empty.to_vec::<f32>().expect("no values"), []);
}

#[test]
fn rows_come_back_in_order() {
    let client = client();
    let values: Vec<i32> = (0..24).collect();
    let device = client.device(0).expect("a device");
    let buffer = client.buffer_from_slice(&[2, 3, 4], &values, device).expect("a buffer");
    assert_eq!(buffer.dims(), [2, 3, 4]);
    assert_eq!(buffer.to_vec::<i32>().expect("values"), values);
    assert_eq!(buffer.device().expect("a device"), *device);
    assert!(buffer.device_size().expect("a size") >= 96);
}

#[test]
fn sizes_and_types_are_checked_before_the_plugin_sees_them() {
    let client = client();
    let device = client.device(0).expect("a device");
    let error = client.buffer_from_slice(&[2, 2], &[1.0_f32; 3], device).expect_err("too short");
    assert_eq!(error.to_string(), "float32 data of shape [2, 2] takes 16 bytes, but 12 bytes were given");
    let error = client.buffer_from_slice::<f32>(&[-1], &[], device).expect_err("a negative size");
    assert!(matches!(error, Error::InvalidShape { .. }), "{error:?}");
    let error = client.buffer_from_bytes(ElementType::S4, &[2], &[0], device).expect_err("smaller than a byte");
    assert!(matches!(error, Error::UnsupportedElement { .. }), "{error:?}");

    let buffer = client.buffer_from_slice(&[2], &[1.0_f32; 2], device).expect("a buffer");
    let error = buffer.to_vec::<i32>().expect_err("another type");
    assert!(matches!(error, Error::ElementMismatch { .. }), "{error:?}");
    let error = buffer.read_into(&mut [0; 7]).expect_err("too short");
    assert!(matches!(error, Error::HostSize { expected: 8, actual: 7, .. }), "{error:?}");
}

#[test]
fn reading_may_be_left_unfinished() {
    let client = client();
    let device = client.device(0).expect("a device");
    let buffer = client.buffer_from_slice(&[1 << 16], &vec![1_i32; 1 << 16], device).expect("a buffer");
    for _ in 0..100 {
        drop(buffer.read().expect("a read"));
    }
    let bytes = buffer.read().expect("a read").wait().expect("bytes");
    assert!(bytes.chunks(4).all(|chunk| chunk == 1_i32.to_ne_bytes()));
}

/// Floats at a chosen distance from a multiple of 64 bytes, which tell when they are dropped.
struct HostData {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
    dropped: Arc<AtomicBool>,
}

impl HostData {
    fn new(values: &[f32], misalignment: usize, dropped: &Arc<AtomicBool>) -> Self {
        let len = size_of_val(values);
        let mut bytes = vec![0; len + 128];
        let start = bytes.as_ptr().align_offset(64) + misalignment;
        for (chunk, value) in bytes[start..].chunks_exact_mut(4).zip(values) {
            chunk.copy_from_slice(&value.to_ne_bytes());
        }
        Self { bytes, start, len, dropped: Arc::clone(dropped) }
    }
}

impl AsRef<[u8]> for HostData {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.len]
    }
}

impl Drop for HostData {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

#[test]
fn shared_data_is_used_in_place_and_kept_while_needed() {
    let client = client();
    let device = client.device(0).expect("a device");
    let dropped = Arc::new(AtomicBool::new(false));
    let data = Arc::new(HostData::new(&[1.5; 1024], 0, &dropped));
    let address = data.as_ref().as_ref().as_ptr().addr();
    let buffer = client.buffer_from_shared(ElementType::F32, &[1024], data, device).expect("a buffer");
    assert_eq!(buffer.address().expect("an address"), address);
    assert!(!dropped.load(Ordering::SeqCst));
    assert_eq!(buffer.to_vec::<f32>().expect("values"), [1.5; 1024]);
    drop(buffer);
    drop(client);
    assert!(dropped.load(Ordering::SeqCst));
}

#[test]
fn shared_data_out_of_line_is_copied() {
    let client = client();
    let device = client.device(0).expect("a device");
    let dropped = Arc::new(AtomicBool::new(false));
    let data = Arc::new(HostData::new(&[1.5; 1024], 4, &dropped));
    let address = data.as_ref().as_ref().as_ptr().addr();
    let buffer = client.buffer_from_shared(ElementType::F32, &[1024], data, device).expect("a buffer");
    assert_ne!(buffer.address().expect("an address"), address);
    assert_eq!(buffer.to_vec::<f32>().expect("values"), [1.5; 1024]);
}

#[test]
fn shared_data_is_never_written_to() {
    let client = client();
    let executable = compile(&client, STEP);
    let device = client.device(0).expect("a device");
    let dropped = Arc::new(AtomicBool::new(false));
    let data = Arc::new(HostData::new(&[1.0; 1024], 0, &dropped));
    let state = client.buffer_from_shared(ElementType::F32, &[1024], Arc::clone(&data), device).expect("a buffer");
    let delta = client.buffer_from_slice(&[1024], &[1.0_f32; 1024], device).expect("a buffer");
    let outputs = executable.execute([state, delta]).and_then(Execution::wait).expect("a run");
    assert_eq!(outputs[0].to_vec::<f32>().expect("values"), [2.0; 1024]);
    let one = 1.0_f32.to_ne_bytes();
    assert!((*data).as_ref().chunks(4).all(|chunk| chunk == one));
}
