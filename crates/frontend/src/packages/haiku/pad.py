"""hk.pad: paddings as functions of a kernel's size."""


def valid(effective_kernel_size):
    return 0, 0


def same(effective_kernel_size):
    return (effective_kernel_size - 1) // 2, effective_kernel_size // 2


def full(effective_kernel_size):
    return effective_kernel_size - 1, effective_kernel_size - 1


def causal(effective_kernel_size):
    return effective_kernel_size - 1, 0


def reverse_causal(effective_kernel_size):
    return 0, effective_kernel_size - 1
