module @a_inference___call___14__.5 attributes {mhlo.cross_program_prefetches = [], mhlo.input_output_alias = [], mhlo.is_dynamic = false, mhlo.use_auto_spmd_partitioning = false} {
  func.func private @max_F32.2(%arg0: tensor<f32>, %arg1: tensor<f32>) -> tensor<f32> {
    %0 = stablehlo.maximum %arg0, %arg1 : tensor<f32>
    return %0 : tensor<f32>
  }
  func.func private @region_0.3(%arg0: tensor<f32>, %arg1: tensor<f32>) -> tensor<f32> {
    %0 = stablehlo.maximum %arg0, %arg1 : tensor<f32>
    return %0 : tensor<f32>
  }
  func.func private @region_1.4(%arg0: tensor<f32>, %arg1: tensor<f32>) -> tensor<f32> {
    %0 = stablehlo.add %arg0, %arg1 : tensor<f32>
    return %0 : tensor<f32>
  }
  func.func @main(%arg0: tensor<2x6x6x1xf32>) -> tensor<2x3xf32> {
    %0 = stablehlo.reshape %arg0 : (tensor<2x6x6x1xf32>) -> tensor<2x6x6x1xf32>
    %cst = stablehlo.constant dense<[[[[0.125730217, -0.132104859]], [[0.640422642, 0.104900114]], [[-0.535669386, 0.361595064]]], [[[1.304000e+00, 0.947080969]], [[-0.703735232, -1.26542151]], [[-0.623274446, 0.0413259789]]], [[[-2.3250308, -0.218791664]], [[-1.245911, -0.73226738]], [[-5.442590e-01, -0.316300154]]]]> : tensor<3x3x1x2xf32>
    %1 = stablehlo.convolution(%0, %cst) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [1, 1], pad = [[1, 1], [1, 1]], lhs_dilate = [1, 1], rhs_dilate = [1, 1], reverse = [false, false]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]} : (tensor<2x6x6x1xf32>, tensor<3x3x1x2xf32>) -> tensor<2x6x6x2xf32>
    %cst_0 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %2 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x6x6x2xf32>
    %3 = stablehlo.maximum %1, %2 : tensor<2x6x6x2xf32>
    %cst_1 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %4 = "stablehlo.reduce_window"(%3, %cst_1) <{base_dilations = array<i64: 1, 1, 1, 1>, padding = dense<0> : tensor<4x2xi64>, window_dilations = array<i64: 1, 1, 1, 1>, window_dimensions = array<i64: 1, 2, 2, 1>, window_strides = array<i64: 1, 2, 2, 1>}> ({
    ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
      %22 = stablehlo.maximum %arg1, %arg2 : tensor<f32>
      stablehlo.return %22 : tensor<f32>
    }) : (tensor<2x6x6x2xf32>, tensor<f32>) -> tensor<2x3x3x2xf32>
    %5 = stablehlo.reshape %4 : (tensor<2x3x3x2xf32>) -> tensor<2x18xf32>
    %cst_2 = stablehlo.constant dense<[[0.411630541, 1.04251337, -0.12853466], [1.36646342, -0.66519469, 0.351510078], [0.903470158, 0.0940122976, -0.743499279], [-0.921725392, -0.457725823, 0.22019513], [-1.00961816, -0.209175572, -0.159225017], [0.540845573, 0.214659125, 0.355372697], [-0.653828621, -0.129613638, 0.783975481], [1.49343109, -1.25906551, 1.51392376], [1.34587538, 0.781311392, 0.264455616], [-0.313922822, 1.45802069, 1.96025836], [1.80163491, 1.31510377, 0.35738042], [-1.20831859, -0.0044541331, 0.656474948], [-1.28836143, 0.395122051, 0.429863691], [0.696042716, -1.18411791, -0.661702573], [-0.436435252, -1.16980195, 1.73936784], [-0.495910734, 0.328969628, -0.258572549], [1.58347285, 1.32036102, 0.633352637], [-2.20350981, 0.0520289727, 0.683686196]]> : tensor<18x3xf32>
    %6 = stablehlo.dot %5, %cst_2, precision = [DEFAULT, DEFAULT] {mhlo.frontend_attributes = {grad_x = "false", grad_y = "false"}} : (tensor<2x18xf32>, tensor<18x3xf32>) -> tensor<2x3xf32>
    %7 = stablehlo.transpose %6, dims = [0, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %cst_3 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %8 = stablehlo.reduce(%7 init: %cst_3) applies stablehlo.maximum across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    %9 = stablehlo.reshape %8 : (tensor<2xf32>) -> tensor<2x1xf32>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x1xf32>
    %11 = stablehlo.reshape %10 : (tensor<2x1xf32>) -> tensor<2xf32>
    %12 = stablehlo.broadcast_in_dim %11, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
    %13 = stablehlo.subtract %7, %12 : tensor<2x3xf32>
    %14 = stablehlo.exponential %13 : tensor<2x3xf32>
    %cst_4 = stablehlo.constant dense<-0.000000e+00> : tensor<f32>
    %15 = stablehlo.reduce(%14 init: %cst_4) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    %16 = stablehlo.reshape %15 : (tensor<2xf32>) -> tensor<2x1xf32>
    %17 = stablehlo.broadcast_in_dim %16, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x1xf32>
    %18 = stablehlo.reshape %17 : (tensor<2x1xf32>) -> tensor<2xf32>
    %19 = stablehlo.broadcast_in_dim %18, dims = [0] : (tensor<2xf32>) -> tensor<2x3xf32>
    %20 = stablehlo.divide %14, %19 : tensor<2x3xf32>
    %21 = stablehlo.reshape %20 : (tensor<2x3xf32>) -> tensor<2x3xf32>
    return %21 : tensor<2x3xf32>
  }
}
