//! C layouts of the PJRT API, as of version 0.114.
//!
//! Every argument structure starts with its own size and an extension pointer. A plugin accepts a structure larger
//! than the one it was built with and reads the prefix that it knows; it refuses a shorter one. The structures
//! therefore follow the newest known layout, and a plugin's outputs past its own version stay zero.

use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use std::ptr;

/// Types that only the plugin can look into.
macro_rules! opaque {
    ($($name:ident),* $(,)?) => {$(
        #[repr(C)]
        pub(crate) struct $name {
            _private: [u8; 0],
        }
    )*};
}

opaque!(
    RawError,
    RawEvent,
    RawClient,
    RawDevice,
    RawDeviceDescription,
    RawMemory,
    RawTopology,
    RawExecutable,
    RawLoadedExecutable,
    RawBuffer,
    RawSerialized,
    RawExtension,
);

/// A structure that begins with its size and an extension pointer.
macro_rules! sized_struct {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[repr(C)]
        pub(crate) struct $name {
            pub(crate) struct_size: usize,
            pub(crate) extension_start: *mut RawExtension,
            $(pub(crate) $field: $ty,)*
        }

        impl $name {
            /// The size to announce: up to the end of the last field, trailing padding not counted.
            pub(crate) const STRUCT_SIZE: usize = {
                #[allow(unused_mut, reason = "a structure may have no field of its own")]
                let mut end = 2 * size_of::<usize>();
                $(
                    let field_end = offset_of!($name, $field) + size_of::<$ty>();
                    if field_end > end {
                        end = field_end;
                    }
                )*
                end
            };
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    struct_size: Self::STRUCT_SIZE,
                    extension_start: ptr::null_mut(),
                    $($field: Default::default(),)*
                }
            }
        }
    };
}

/// The argument structure of one function of the table.
///
/// # Safety
///
/// `SLOT` must be the position, in the plugin's function table, of the function that takes a pointer to exactly this
/// structure.
#[allow(unsafe_code, reason = "declares the contract that the table relies on")]
pub(crate) unsafe trait Call {
    /// Position in the function table, counted from the first function.
    const SLOT: usize;
    /// The function's name in the C API.
    const FUNCTION: &'static str;
}

macro_rules! calls {
    ($($slot:literal $function:literal $name:ident { $($field:ident: $ty:ty),* $(,)? })*) => {$(
        sized_struct!($name { $($field: $ty),* });

        // SAFETY: slot and structure are declared side by side, from the API's declaration order.
        #[allow(unsafe_code, reason = "ties each structure to its function")]
        unsafe impl Call for $name {
            const SLOT: usize = $slot;
            const FUNCTION: &'static str = $function;
        }
    )*};
}

/// The head of `PJRT_Api`; function pointers follow it.
#[repr(C)]
pub(crate) struct ApiHeader {
    pub(crate) struct_size: usize,
    pub(crate) extension_start: *mut RawExtension,
    pub(crate) version_struct_size: usize,
    pub(crate) version_extension_start: *mut RawExtension,
    pub(crate) major: c_int,
    pub(crate) minor: c_int,
}

/// The value of a named value; `kind` of the structure around it tells which field holds.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) union RawValue {
    pub(crate) string: *const c_char,
    pub(crate) int: i64,
    pub(crate) ints: *const i64,
    pub(crate) float: f32,
    pub(crate) boolean: bool,
}

impl Default for RawValue {
    fn default() -> Self {
        Self { int: 0 }
    }
}

pub(crate) const VALUE_STRING: c_int = 0;
pub(crate) const VALUE_INT: c_int = 1;
pub(crate) const VALUE_INT_LIST: c_int = 2;
pub(crate) const VALUE_FLOAT: c_int = 3;
pub(crate) const VALUE_BOOL: c_int = 4;

sized_struct!(
    /// `PJRT_NamedValue`.
    RawNamedValue {
        name: *const c_char,
        name_size: usize,
        kind: c_int,
        value: RawValue,
        value_size: usize,
    }
);

sized_struct!(
    /// `PJRT_Program`.
    Program {
        code: *mut c_char,
        code_size: usize,
        format: *const c_char,
        format_size: usize,
    }
);

sized_struct!(
    /// `PJRT_Buffer_MemoryLayout_Tiled`.
    TiledLayout {
        minor_to_major: *const i64,
        minor_to_major_size: usize,
        tile_dims: *const i64,
        tile_dim_sizes: *const usize,
        num_tiles: usize,
    }
);

sized_struct!(
    /// `PJRT_Buffer_MemoryLayout`, always in its tiled form (the larger member of its union).
    MemoryLayout {
        tiled: TiledLayout,
        kind: c_int,
    }
);

sized_struct!(
    /// `PJRT_ExecuteOptions`.
    ExecuteOptions {
        send_callbacks: *mut c_void,
        recv_callbacks: *mut c_void,
        num_send_ops: usize,
        num_recv_ops: usize,
        launch_id: c_int,
        non_donatable_input_indices: *const i64,
        num_non_donatable_input_indices: usize,
        context: *mut c_void,
        call_location: *const c_char,
        num_tasks: usize,
        task_ids: *mut c_int,
        incarnation_ids: *mut i64,
        multi_slice_config: *mut c_void,
        use_major_to_minor_data_layout_for_callbacks: bool,
        hlo_output_callbacks: *mut c_void,
        num_hlo_output_callbacks: usize,
    }
);

/// `PJRT_HostBufferSemantics_kImmutableOnlyDuringCall`.
pub(crate) const IMMUTABLE_ONLY_DURING_CALL: c_int = 0;
/// `PJRT_HostBufferSemantics_kImmutableZeroCopy`.
pub(crate) const IMMUTABLE_ZERO_COPY: c_int = 2;

pub(crate) type EventCallback = extern "C" fn(error: *mut RawError, user_arg: *mut c_void);
pub(crate) type SerializedDeleter = extern "C" fn(*mut RawSerialized);

calls! {
    0 "PJRT_Error_Destroy" ErrorDestroy { error: *mut RawError }
    1 "PJRT_Error_Message" ErrorMessage { error: *const RawError, message: *const c_char, message_size: usize }
    2 "PJRT_Error_GetCode" ErrorGetCode { error: *const RawError, code: c_int }
    3 "PJRT_Plugin_Initialize" PluginInitialize {}
    4 "PJRT_Plugin_Attributes" PluginAttributes { attributes: *const RawNamedValue, num_attributes: usize }

    5 "PJRT_Event_Destroy" EventDestroy { event: *mut RawEvent }
    6 "PJRT_Event_IsReady" EventIsReady { event: *mut RawEvent, is_ready: bool }
    8 "PJRT_Event_Await" EventAwait { event: *mut RawEvent }
    9 "PJRT_Event_OnReady" EventOnReady {
        event: *mut RawEvent,
        callback: Option<EventCallback>,
        user_arg: *mut c_void,
    }

    10 "PJRT_Client_Create" ClientCreate {
        create_options: *const RawNamedValue,
        num_options: usize,
        kv_get_callback: *mut c_void,
        kv_get_user_arg: *mut c_void,
        kv_put_callback: *mut c_void,
        kv_put_user_arg: *mut c_void,
        client: *mut RawClient,
        kv_try_get_callback: *mut c_void,
        kv_try_get_user_arg: *mut c_void,
    }
    11 "PJRT_Client_Destroy" ClientDestroy { client: *mut RawClient }
    12 "PJRT_Client_PlatformName" ClientPlatformName {
        client: *mut RawClient,
        name: *const c_char,
        name_size: usize,
    }
    13 "PJRT_Client_ProcessIndex" ClientProcessIndex { client: *mut RawClient, process_index: c_int }
    14 "PJRT_Client_PlatformVersion" ClientPlatformVersion {
        client: *mut RawClient,
        version: *const c_char,
        version_size: usize,
    }
    15 "PJRT_Client_Devices" ClientDevices {
        client: *mut RawClient,
        devices: *const *mut RawDevice,
        num_devices: usize,
    }
    16 "PJRT_Client_AddressableDevices" ClientAddressableDevices {
        client: *mut RawClient,
        devices: *const *mut RawDevice,
        num_devices: usize,
    }
    20 "PJRT_Client_Compile" ClientCompile {
        client: *mut RawClient,
        program: *const Program,
        compile_options: *const c_char,
        compile_options_size: usize,
        executable: *mut RawLoadedExecutable,
    }
    22 "PJRT_Client_BufferFromHostBuffer" BufferFromHostBuffer {
        client: *mut RawClient,
        data: *const c_void,
        element_type: c_int,
        dims: *const i64,
        num_dims: usize,
        byte_strides: *const i64,
        num_byte_strides: usize,
        host_buffer_semantics: c_int,
        device: *mut RawDevice,
        memory: *mut RawMemory,
        device_layout: *mut MemoryLayout,
        done_with_host_buffer: *mut RawEvent,
        buffer: *mut RawBuffer,
    }

    23 "PJRT_DeviceDescription_Id" DeviceDescriptionId { description: *mut RawDeviceDescription, id: c_int }
    24 "PJRT_DeviceDescription_ProcessIndex" DeviceDescriptionProcessIndex {
        description: *mut RawDeviceDescription,
        process_index: c_int,
    }
    25 "PJRT_DeviceDescription_Attributes" DeviceDescriptionAttributes {
        description: *mut RawDeviceDescription,
        num_attributes: usize,
        attributes: *const RawNamedValue,
    }
    26 "PJRT_DeviceDescription_Kind" DeviceDescriptionKind {
        description: *mut RawDeviceDescription,
        kind: *const c_char,
        kind_size: usize,
    }
    28 "PJRT_DeviceDescription_ToString" DeviceDescriptionToString {
        description: *mut RawDeviceDescription,
        text: *const c_char,
        text_size: usize,
    }
    29 "PJRT_Device_GetDescription" DeviceGetDescription {
        device: *mut RawDevice,
        description: *mut RawDeviceDescription,
    }
    30 "PJRT_Device_IsAddressable" DeviceIsAddressable { device: *mut RawDevice, is_addressable: bool }
    31 "PJRT_Device_LocalHardwareId" DeviceLocalHardwareId { device: *mut RawDevice, local_hardware_id: c_int }
    34 "PJRT_Device_MemoryStats" DeviceMemoryStats {
        device: *mut RawDevice,
        bytes_in_use: i64,
        peak_bytes_in_use: i64,
        peak_bytes_in_use_is_set: bool,
        num_allocs: i64,
        num_allocs_is_set: bool,
        largest_alloc_size: i64,
        largest_alloc_size_is_set: bool,
        bytes_limit: i64,
        bytes_limit_is_set: bool,
        bytes_reserved: i64,
        bytes_reserved_is_set: bool,
        peak_bytes_reserved: i64,
        peak_bytes_reserved_is_set: bool,
        bytes_reservable_limit: i64,
        bytes_reservable_limit_is_set: bool,
        largest_free_block_bytes: i64,
        largest_free_block_bytes_is_set: bool,
        pool_bytes: i64,
        pool_bytes_is_set: bool,
        peak_pool_bytes: i64,
        peak_pool_bytes_is_set: bool,
        peak_allocated_bytes: i64,
        peak_allocated_bytes_is_set: bool,
    }

    40 "PJRT_Executable_Destroy" ExecutableDestroy { executable: *mut RawExecutable }
    41 "PJRT_Executable_Name" ExecutableName {
        executable: *mut RawExecutable,
        name: *const c_char,
        name_size: usize,
    }
    44 "PJRT_Executable_NumOutputs" ExecutableNumOutputs { executable: *mut RawExecutable, num_outputs: usize }
    45 "PJRT_Executable_SizeOfGeneratedCodeInBytes" ExecutableCodeSize {
        executable: *mut RawExecutable,
        size_in_bytes: i64,
    }
    46 "PJRT_Executable_GetCostAnalysis" ExecutableCostAnalysis {
        executable: *mut RawExecutable,
        num_properties: usize,
        properties: *const RawNamedValue,
    }
    48 "PJRT_Executable_OptimizedProgram" ExecutableOptimizedProgram {
        executable: *mut RawExecutable,
        program: *mut Program,
    }
    49 "PJRT_Executable_Serialize" ExecutableSerialize {
        executable: *const RawExecutable,
        bytes: *const c_char,
        bytes_size: usize,
        serialized: *mut RawSerialized,
        deleter: Option<SerializedDeleter>,
    }
    50 "PJRT_LoadedExecutable_Destroy" LoadedExecutableDestroy { executable: *mut RawLoadedExecutable }
    51 "PJRT_LoadedExecutable_GetExecutable" LoadedExecutableGetExecutable {
        loaded: *mut RawLoadedExecutable,
        executable: *mut RawExecutable,
    }
    52 "PJRT_LoadedExecutable_AddressableDevices" LoadedExecutableDevices {
        executable: *mut RawLoadedExecutable,
        devices: *const *mut RawDevice,
        num_devices: usize,
    }
    55 "PJRT_LoadedExecutable_Execute" LoadedExecutableExecute {
        executable: *mut RawLoadedExecutable,
        options: *mut ExecuteOptions,
        argument_lists: *const *const *mut RawBuffer,
        num_devices: usize,
        num_args: usize,
        output_lists: *const *mut *mut RawBuffer,
        device_complete_events: *mut *mut RawEvent,
        execute_device: *mut RawDevice,
    }
    56 "PJRT_Executable_DeserializeAndLoad" DeserializeAndLoad {
        client: *mut RawClient,
        serialized: *const c_char,
        serialized_size: usize,
        loaded: *mut RawLoadedExecutable,
        compile_options: *const c_char,
        compile_options_size: usize,
        load_options: *mut c_void,
    }
    94 "PJRT_Executable_Fingerprint" ExecutableFingerprint {
        executable: *mut RawExecutable,
        fingerprint: *const c_char,
        fingerprint_size: usize,
    }
    90 "PJRT_Executable_OutputElementTypes" ExecutableOutputTypes {
        executable: *mut RawExecutable,
        types: *mut c_int,
        num_types: usize,
    }
    91 "PJRT_Executable_OutputDimensions" ExecutableOutputDims {
        executable: *mut RawExecutable,
        num_outputs: usize,
        dims: *const i64,
        dim_sizes: *const usize,
    }
    96 "PJRT_Executable_GetCompiledMemoryStats" ExecutableMemoryStats {
        executable: *mut RawExecutable,
        generated_code: i64,
        argument: i64,
        output: i64,
        alias: i64,
        temp: i64,
        host_generated_code: i64,
        host_argument: i64,
        host_output: i64,
        host_alias: i64,
        host_temp: i64,
        peak_memory: i64,
        total: i64,
        total_allocation: i64,
        indefinite_allocations: i64,
        peak_unpadded_heap: i64,
    }

    58 "PJRT_Buffer_Destroy" BufferDestroy { buffer: *mut RawBuffer }
    59 "PJRT_Buffer_ElementType" BufferElementType { buffer: *mut RawBuffer, element_type: c_int }
    60 "PJRT_Buffer_Dimensions" BufferDimensions {
        buffer: *mut RawBuffer,
        dims: *const i64,
        num_dims: usize,
    }
    64 "PJRT_Buffer_OnDeviceSizeInBytes" BufferOnDeviceSize { buffer: *mut RawBuffer, size: usize }
    65 "PJRT_Buffer_Device" BufferDevice { buffer: *mut RawBuffer, device: *mut RawDevice }
    67 "PJRT_Buffer_Delete" BufferDelete { buffer: *mut RawBuffer }
    68 "PJRT_Buffer_IsDeleted" BufferIsDeleted { buffer: *mut RawBuffer, is_deleted: bool }
    69 "PJRT_Buffer_CopyToDevice" BufferCopyToDevice {
        buffer: *mut RawBuffer,
        device: *mut RawDevice,
        copy: *mut RawBuffer,
    }
    70 "PJRT_Buffer_ToHostBuffer" BufferToHost {
        source: *mut RawBuffer,
        host_layout: *mut MemoryLayout,
        destination: *mut c_void,
        destination_size: usize,
        event: *mut RawEvent,
    }
    72 "PJRT_Buffer_ReadyEvent" BufferReadyEvent { buffer: *mut RawBuffer, event: *mut RawEvent }
    73 "PJRT_Buffer_UnsafePointer" BufferUnsafePointer { buffer: *mut RawBuffer, pointer: usize }

    82 "PJRT_TopologyDescription_Create" TopologyCreate {
        name: *const c_char,
        name_size: usize,
        create_options: *const RawNamedValue,
        num_options: usize,
        topology: *mut RawTopology,
    }
    83 "PJRT_TopologyDescription_Destroy" TopologyDestroy { topology: *mut RawTopology }
    84 "PJRT_TopologyDescription_PlatformName" TopologyPlatformName {
        topology: *mut RawTopology,
        name: *const c_char,
        name_size: usize,
    }
    85 "PJRT_TopologyDescription_PlatformVersion" TopologyPlatformVersion {
        topology: *mut RawTopology,
        version: *const c_char,
        version_size: usize,
    }
    86 "PJRT_TopologyDescription_GetDeviceDescriptions" TopologyDevices {
        topology: *mut RawTopology,
        descriptions: *const *mut RawDeviceDescription,
        num_descriptions: usize,
    }
    89 "PJRT_Compile" Compile {
        topology: *const RawTopology,
        program: *const Program,
        compile_options: *const c_char,
        compile_options_size: usize,
        client: *mut RawClient,
        executable: *mut RawExecutable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_announced_are_those_of_the_c_header() {
        assert_eq!(size_of::<ApiHeader>(), 40);
        assert_eq!(RawNamedValue::STRUCT_SIZE, 56);
        assert_eq!(Program::STRUCT_SIZE, 48);
        assert_eq!(TiledLayout::STRUCT_SIZE, 56);
        assert_eq!(size_of::<MemoryLayout>(), 80);
        assert_eq!(MemoryLayout::STRUCT_SIZE, 76);
        assert_eq!(ExecuteOptions::STRUCT_SIZE, 144);
        assert_eq!(PluginInitialize::STRUCT_SIZE, 16);
        assert_eq!(EventIsReady::STRUCT_SIZE, 25);
        assert_eq!(ClientCreate::STRUCT_SIZE, 88);
        assert_eq!(BufferFromHostBuffer::STRUCT_SIZE, 120);
        assert_eq!(DeviceMemoryStats::STRUCT_SIZE, 201);
        assert_eq!(LoadedExecutableExecute::STRUCT_SIZE, 80);
        assert_eq!(DeserializeAndLoad::STRUCT_SIZE, 72);
        assert_eq!(ExecutableMemoryStats::STRUCT_SIZE, 144);
        assert_eq!(BufferToHost::STRUCT_SIZE, 56);
        assert_eq!(Compile::STRUCT_SIZE, 64);
    }

    #[test]
    fn fields_lie_where_the_c_header_puts_them() {
        assert_eq!(offset_of!(RawNamedValue, value), 40);
        assert_eq!(offset_of!(ExecuteOptions, non_donatable_input_indices), 56);
        assert_eq!(offset_of!(ExecuteOptions, hlo_output_callbacks), 128);
        assert_eq!(offset_of!(BufferFromHostBuffer, device), 80);
        assert_eq!(offset_of!(ClientCreate, client), 64);
        assert_eq!(offset_of!(DeviceMemoryStats, pool_bytes), 160);
        assert_eq!(offset_of!(LoadedExecutableExecute, execute_device), 72);
        assert_eq!(offset_of!(MemoryLayout, kind), 72);
    }
}
