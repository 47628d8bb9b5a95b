"""Functions of keras.ops beyond NumPy's."""
import jax
import jax.numpy as jnp
import keras
from keras import ops
from keras.ops import image

x = jnp.sin(jnp.arange(48.0)).reshape(2, 4, 6)
img = (jnp.cos(jnp.arange(2 * 4 * 5 * 3) * 0.7) * 0.5 + 0.5).reshape(2, 4, 5, 3)
first = jnp.transpose(img, (0, 3, 1, 2))
signal = jnp.sin(jnp.arange(40.0) * 0.3).reshape(2, 20)
labels = jnp.array([[1, 2, 2, 0], [3, 1, 0, 0]])
logits = jnp.sin(jnp.arange(2 * 6 * 5) * 1.3).reshape(2, 6, 5) * 2
m = jnp.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
p = jnp.array([[0.1, 0.7, 0.2], [0.5, 0.25, 0.25]])
points = jnp.array([[[0.0, 0.0], [0.0, 4.0], [3.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 3.0], [3.0, 1.0], [2.0, 4.0]]])
moved = jnp.array([[[0.0, 1.0], [0.0, 4.0], [3.0, 0.5], [3.0, 4.0]], [[0.5, 0.0], [0.0, 4.0], [3.0, 0.0], [3.0, 4.0]]])

cases = {
    "crossentropy": lambda: [ops.binary_crossentropy(p > 0.4, p), ops.binary_crossentropy(p, p * 3, from_logits=True), ops.categorical_crossentropy(p, p[::-1]), ops.categorical_crossentropy(p, p * 4, from_logits=True), ops.categorical_crossentropy(p, p[::-1], axis=0), ops.sparse_categorical_crossentropy(jnp.array([1, 0]), p), ops.sparse_categorical_crossentropy(jnp.array([[2], [0]]), p, from_logits=True)],
    "ctc": lambda: [ops.ctc_loss(labels, logits, jnp.array([3, 2]), jnp.array([6, 5])), ops.ctc_loss(labels, logits, jnp.array([4, 2]), jnp.array([6, 6]), mask_index=4), jax.grad(lambda v: jnp.sum(ops.ctc_loss(labels, v, jnp.array([3, 2]), jnp.array([6, 5]))))(logits)],
    "ctc_decode": lambda: [*ops.ctc_decode(logits, jnp.array([6, 4])), *ops.ctc_decode(logits, jnp.array([6, 4]), merge_repeated=False, mask_index=4)],
    "ctc_beam": lambda: [*ops.ctc_decode(logits, jnp.array([6, 4]), strategy="beam_search", beam_width=3, top_paths=2), *ops.ctc_decode(logits[:, :, :3], jnp.array([3, 6]), strategy="beam_search", beam_width=8, top_paths=3, mask_index=2)],
    "psnr": lambda: ops.psnr(p, p[::-1], 1.0),
    "spectra": lambda: [*ops.fft((x, x * 2)), *ops.fft2((x, x * 2)), *ops.ifft2((x, x * 2)), *ops.rfft(x), *ops.rfft(x, 4), ops.irfft(ops.rfft(x)), ops.irfft((x, x), 8)],
    "stft": lambda: [*ops.stft(signal, 6, 2, 8), *ops.stft(signal, 8, 3, 8, window="hamming", center=False), *ops.stft(signal, 5, 4, 8, window=None), ops.istft(ops.stft(signal, 6, 2, 8), 6, 2, 8), ops.istft(ops.stft(signal, 6, 2, 8), 6, 2, 8, length=10), ops.istft(ops.stft(signal, 8, 4, 8, center=False), 8, 4, 8, center=False), ops.istft(ops.stft(signal, 6, 3, 8, window=None), 6, 3, 8, window=None)],
    "complex": lambda: [ops.real(ops.polar(jnp.array([1.0, 2.0]), jnp.array([0.3, 4.0]))), ops.view_as_real(ops.view_as_complex(x.reshape(24, 2))), ops.view(jnp.array([1.0, -2.5]), "int32"), ops.view(jnp.array([1, 258]), "uint8"), ops.view(jnp.array([[1, 0, 2, 1]], dtype="uint8"), "int16")],
    "linalg": lambda: [ops.cholesky_inverse(jnp.linalg.cholesky(m)), ops.cholesky_inverse(jnp.linalg.cholesky(m).T, upper=True), ops.logdet(m), *ops.lu_factor(m), ops.cdist(x, x[:, :2]), ops.corrcoef(m), ops.matrix_rank(m), ops.lstsq(m, m[:, :2]), ops.solve_triangular(jnp.tril(m), m, lower=True), ops.linalg.solve_triangular(m, m[0])],
    "attention": lambda: (lambda q: [ops.dot_product_attention(q, q * 0.5, q + 1), ops.dot_product_attention(q, q, q, is_causal=True, scale=0.2), ops.dot_product_attention(q, q, q, mask=jnp.tril(jnp.ones((1, 1, 4, 4))) > 0), ops.nn.dot_product_attention(q, q, q, bias=jnp.ones((1, 2, 4, 4)) * x[:1, :1, :4, None])])(x.reshape(2, 4, 2, 3)),
    "normalization": lambda: [ops.layer_normalization(x), ops.layer_normalization(x, jnp.arange(6.0), jnp.ones(6), epsilon=0.1), ops.layer_normalization(x, jnp.arange(4.0), jnp.ones(4), axis=1), ops.layer_normalization(x, axis=(1, 2)), ops.layer_normalization(x.astype("bfloat16"), rms_scaling=True), ops.rms_normalization(x, jnp.arange(6.0)), ops.rms_normalization(x.astype("float16"), axis=(0, 1))],
    "adaptive": lambda: [ops.adaptive_average_pool(x, 3), ops.adaptive_max_pool(x, 2), ops.adaptive_average_pool(img, (3, 2)), ops.adaptive_max_pool(img, (2, 3)), ops.adaptive_average_pool(first, 2, data_format="channels_first"), ops.adaptive_max_pool(img[None, :, :, :, :], (2, 3, 2)), ops.adaptive_average_pool(img[..., None], (1, 4, 3))],
    "blocks": lambda: [ops.depth_to_space(jnp.arange(32.0).reshape(1, 2, 2, 8), 2), ops.space_to_depth(jnp.arange(32.0).reshape(1, 4, 4, 2), 2), ops.depth_to_space(jnp.arange(32.0).reshape(1, 8, 2, 2), 2, data_format="channels_first"), ops.space_to_depth(jnp.arange(32.0).reshape(1, 2, 4, 4), 2, data_format="channels_first")],
    "unfold": lambda: [ops.unfold(first, 2), ops.unfold(first, (2, 3), padding=1, stride=2), ops.unfold(first, 2, dilation=(1, 2)), ops.fold(ops.unfold(first, 2), (4, 5), 2), ops.fold(ops.unfold(first, (2, 3), padding=1, stride=2), (4, 5), (2, 3), padding=1, stride=2), ops.fold(ops.unfold(first, 2, dilation=(1, 2)), (4, 5), 2, dilation=(1, 2))],
    "rearrange": lambda: [ops.rearrange(img, "b h w c -> b c h w"), ops.rearrange(img, "b (h1 h) w c -> (b h1) w (h c)", h1=2), ops.rearrange(img, "b h w c -> b (c h w)")],
    "top": lambda: [ops.in_top_k(jnp.array([1, 2]), p, 1), ops.in_top_k(jnp.array([1, 2]), p, 2), ops.extract_sequences(signal, 8, 5)],
    "types": lambda: [jnp.array([ops.is_tensor(x), ops.is_tensor([1.0]), ops.dtype(x) == "float32"]), ops.vectorize(lambda a: a * 2)(x), *ops.jvp(lambda a: a * a, (x,), (x,)), ops.convert_to_numpy(x)],
    "colour": lambda: [image.rgb_to_grayscale(img), image.rgb_to_grayscale(first, data_format="channels_first"), image.rgb_to_grayscale((img * 255).astype("uint8")), image.rgb_to_hsv(img), image.hsv_to_rgb(img), image.rgb_to_hsv(first[0], data_format="channels_first"), image.hsv_to_rgb(image.rgb_to_hsv(img))],
    "frames": lambda: [image.pad_images(img, 1, 2, target_height=7, target_width=8), image.pad_images(img[0], 1, 2, 3, 4), image.pad_images(first, top_padding=1, bottom_padding=0, right_padding=1, target_width=7, data_format="channels_first"), image.crop_images(img, 1, 1, target_height=2, target_width=3), image.crop_images(img[0], bottom_cropping=1, right_cropping=2, target_height=2, target_width=2), image.crop_images(first, 1, 1, 1, 1, data_format="channels_first")],
    "filters": lambda: [image.gaussian_blur(img, (3, 3), (1.0, 0.5), data_format="channels_last"), image.gaussian_blur(first, (3, 5), (1.0, 2.0), data_format="channels_first"), image.gaussian_blur(img[0], data_format="channels_last"), image.sobel_edges(img), image.sobel_edges(first, data_format="channels_first"), image.ssim(img, img * 0.9, filter_size=3), image.ssim(img[0], img[1], filter_size=3, max_val=2.0)],
    "patches": lambda: [image.extract_patches(img, 2), image.extract_patches(img, (2, 3), strides=1, padding="same"), image.extract_patches(img[0], 2, dilation_rate=2, strides=1), image.extract_patches(first, 2, data_format="channels_first"), image.extract_patches_3d(img[None], (1, 2, 2)), image.extract_patches_3d(img, 2)],
    "coordinates": lambda: [image.map_coordinates(x[0], [[0.5, 1.7, -0.3, 3.9], [1.2, 4.6, 2.0, 5.5]], o, fill_mode=f, fill_value=2.5) for o in (0, 1) for f in ("constant", "nearest", "wrap", "mirror", "reflect")] + [image.map_coordinates(jnp.arange(6), jnp.array([[0.5, 1.5, 2.4, 7.0]]), 1), image.map_coordinates(x[0], jnp.array([[1, 2], [7, 3]]), 1)],
    "affine": lambda: [image.affine_transform(img, jnp.array([[1.0, 0.2, -0.5, 0.1, 0.9, 0.3, 0.0, 0.0], [0.8, 0.0, 1.0, 0.0, 1.1, 0.0, 0.0, 0.0]]), interpolation=i, fill_mode=f) for i in ("bilinear", "nearest") for f in ("constant", "reflect")] + [image.affine_transform(img[0], jnp.array([0.9, 0.1, 0.2, -0.1, 1.0, 0.4, 0.0, 0.0]), fill_value=0.5), image.affine_transform(first, jnp.array([[1.0, 0.2, -0.5, 0.1, 0.9, 0.3, 0.01, 0.0]] * 2), data_format="channels_first", fill_mode="wrap")],
    "perspective": lambda: [image.perspective_transform(img, points, moved), image.perspective_transform(img, points + 0.013, moved, interpolation="nearest", fill_value=0.5), image.perspective_transform(img[0], points[0], moved[0]), image.perspective_transform(first, points, moved, data_format="channels_first")],
    "blur_gradient": lambda: jax.grad(lambda v: jnp.sum(image.affine_transform(v, jnp.array([0.9, 0.1, 0.2, -0.1, 1.0, 0.4, 0.0, 0.0])) ** 2))(img[0]),
}
