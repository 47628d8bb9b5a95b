module @jit_func attributes {jax.uses_shape_polymorphism = false, mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
  func.func public @main(%arg0: tensor<2x1x3x3xf32>, %arg1: tensor<2xf32>, %arg2: tensor<32xf32>, %arg3: tensor<32xf32>, %arg4: tensor<3x32xf32>, %arg5: tensor<3xf32>, %arg6: tensor<2x1x6x6xf32>) -> (tensor<2x3xf32> {jax.result_info = "result[0]"}) {
    %cst = stablehlo.constant dense<1.12837911> : tensor<2x2x4x4xf32>
    %cst_0 = stablehlo.constant dense<-0.37612626> : tensor<2x2x4x4xf32>
    %cst_1 = stablehlo.constant dense<0.112835854> : tensor<2x2x4x4xf32>
    %cst_2 = stablehlo.constant dense<-0.0268538129> : tensor<2x2x4x4xf32>
    %cst_3 = stablehlo.constant dense<0.00518832775> : tensor<2x2x4x4xf32>
    %cst_4 = stablehlo.constant dense<-8.0101937E-4> : tensor<2x2x4x4xf32>
    %cst_5 = stablehlo.constant dense<7.85386146E-5> : tensor<2x2x4x4xf32>
    %cst_6 = stablehlo.constant dense<0.000000e+00> : tensor<2x2x4x4xf32>
    %cst_7 = stablehlo.constant dense<-88.7228394> : tensor<2x2x4x4xf32>
    %cst_8 = stablehlo.constant dense<0.564189494> : tensor<2x2x4x4xf32>
    %cst_9 = stablehlo.constant dense<-0.282076746> : tensor<2x2x4x4xf32>
    %cst_10 = stablehlo.constant dense<0.42184633> : tensor<2x2x4x4xf32>
    %cst_11 = stablehlo.constant dense<-1.01526523> : tensor<2x2x4x4xf32>
    %cst_12 = stablehlo.constant dense<2.92101908> : tensor<2x2x4x4xf32>
    %cst_13 = stablehlo.constant dense<-7.49551868> : tensor<2x2x4x4xf32>
    %cst_14 = stablehlo.constant dense<1.297720e+01> : tensor<2x2x4x4xf32>
    %cst_15 = stablehlo.constant dense<-10.477664> : tensor<2x2x4x4xf32>
    %cst_16 = stablehlo.constant dense<0.563825965> : tensor<2x2x4x4xf32>
    %cst_17 = stablehlo.constant dense<-0.274112701> : tensor<2x2x4x4xf32>
    %cst_18 = stablehlo.constant dense<3.404880e-01> : tensor<2x2x4x4xf32>
    %cst_19 = stablehlo.constant dense<-0.494451523> : tensor<2x2x4x4xf32>
    %cst_20 = stablehlo.constant dense<0.621000468> : tensor<2x2x4x4xf32>
    %cst_21 = stablehlo.constant dense<-0.582473278> : tensor<2x2x4x4xf32>
    %cst_22 = stablehlo.constant dense<0.368742466> : tensor<2x2x4x4xf32>
    %cst_23 = stablehlo.constant dense<-0.138703942> : tensor<2x2x4x4xf32>
    %cst_24 = stablehlo.constant dense<2.326820e-02> : tensor<2x2x4x4xf32>
    %cst_25 = stablehlo.constant dense<2.000000e+00> : tensor<2x2x4x4xf32>
    %cst_26 = stablehlo.constant dense<1.000000e+00> : tensor<2x2x4x4xf32>
    %cst_27 = stablehlo.constant dense<1.000000e+00> : tensor<f32>
    %cst_28 = stablehlo.constant dense<9.99999974E-6> : tensor<f32>
    %c = stablehlo.constant dense<0> : tensor<i32>
    %cst_29 = stablehlo.constant dense<3.200000e+01> : tensor<f32>
    %cst_30 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %cst_31 = stablehlo.constant dense<0.707106769> : tensor<f32>
    %cst_32 = stablehlo.constant dense<5.000000e-01> : tensor<f32>
    %0 = stablehlo.convolution(%arg6, %arg0) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<2x1x6x6xf32>, tensor<2x1x3x3xf32>) -> tensor<2x2x4x4xf32>
    %1 = stablehlo.reshape %arg1 : (tensor<2xf32>) -> tensor<1x2x1x1xf32>
    %2 = stablehlo.broadcast_in_dim %1, dims = [0, 1, 2, 3] : (tensor<1x2x1x1xf32>) -> tensor<2x2x4x4xf32>
    %3 = stablehlo.add %0, %2 : tensor<2x2x4x4xf32>
    %4 = stablehlo.broadcast_in_dim %cst_32, dims = [] : (tensor<f32>) -> tensor<2x2x4x4xf32>
    %5 = stablehlo.multiply %4, %3 : tensor<2x2x4x4xf32>
    %6 = stablehlo.negate %3 : tensor<2x2x4x4xf32>
    %7 = stablehlo.broadcast_in_dim %cst_31, dims = [] : (tensor<f32>) -> tensor<2x2x4x4xf32>
    %8 = stablehlo.multiply %6, %7 : tensor<2x2x4x4xf32>
    %9 = stablehlo.multiply %8, %8 : tensor<2x2x4x4xf32>
    %10 = stablehlo.negate %9 : tensor<2x2x4x4xf32>
    %11 = stablehlo.abs %8 : tensor<2x2x4x4xf32>
    %12 = stablehlo.divide %cst_26, %9 : tensor<2x2x4x4xf32>
    %13 = stablehlo.exponential %10 : tensor<2x2x4x4xf32>
    %14 = stablehlo.divide %cst_26, %11 : tensor<2x2x4x4xf32>
    %15 = stablehlo.multiply %13, %14 : tensor<2x2x4x4xf32>
    %16 = stablehlo.compare LT, %11, %cst_25 : (tensor<2x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xi1>
    %17 = stablehlo.multiply %cst_24, %12 : tensor<2x2x4x4xf32>
    %18 = stablehlo.add %17, %cst_23 : tensor<2x2x4x4xf32>
    %19 = stablehlo.multiply %18, %12 : tensor<2x2x4x4xf32>
    %20 = stablehlo.add %19, %cst_22 : tensor<2x2x4x4xf32>
    %21 = stablehlo.multiply %20, %12 : tensor<2x2x4x4xf32>
    %22 = stablehlo.add %21, %cst_21 : tensor<2x2x4x4xf32>
    %23 = stablehlo.multiply %22, %12 : tensor<2x2x4x4xf32>
    %24 = stablehlo.add %23, %cst_20 : tensor<2x2x4x4xf32>
    %25 = stablehlo.multiply %24, %12 : tensor<2x2x4x4xf32>
    %26 = stablehlo.add %25, %cst_19 : tensor<2x2x4x4xf32>
    %27 = stablehlo.multiply %26, %12 : tensor<2x2x4x4xf32>
    %28 = stablehlo.add %27, %cst_18 : tensor<2x2x4x4xf32>
    %29 = stablehlo.multiply %28, %12 : tensor<2x2x4x4xf32>
    %30 = stablehlo.add %29, %cst_17 : tensor<2x2x4x4xf32>
    %31 = stablehlo.multiply %30, %12 : tensor<2x2x4x4xf32>
    %32 = stablehlo.add %31, %cst_16 : tensor<2x2x4x4xf32>
    %33 = stablehlo.multiply %cst_15, %12 : tensor<2x2x4x4xf32>
    %34 = stablehlo.add %33, %cst_14 : tensor<2x2x4x4xf32>
    %35 = stablehlo.multiply %34, %12 : tensor<2x2x4x4xf32>
    %36 = stablehlo.add %35, %cst_13 : tensor<2x2x4x4xf32>
    %37 = stablehlo.multiply %36, %12 : tensor<2x2x4x4xf32>
    %38 = stablehlo.add %37, %cst_12 : tensor<2x2x4x4xf32>
    %39 = stablehlo.multiply %38, %12 : tensor<2x2x4x4xf32>
    %40 = stablehlo.add %39, %cst_11 : tensor<2x2x4x4xf32>
    %41 = stablehlo.multiply %40, %12 : tensor<2x2x4x4xf32>
    %42 = stablehlo.add %41, %cst_10 : tensor<2x2x4x4xf32>
    %43 = stablehlo.multiply %42, %12 : tensor<2x2x4x4xf32>
    %44 = stablehlo.add %43, %cst_9 : tensor<2x2x4x4xf32>
    %45 = stablehlo.multiply %44, %12 : tensor<2x2x4x4xf32>
    %46 = stablehlo.add %45, %cst_8 : tensor<2x2x4x4xf32>
    %47 = stablehlo.select %16, %32, %46 : tensor<2x2x4x4xi1>, tensor<2x2x4x4xf32>
    %48 = stablehlo.multiply %15, %47 : tensor<2x2x4x4xf32>
    %49 = stablehlo.compare LT, %10, %cst_7 : (tensor<2x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xi1>
    %50 = stablehlo.select %49, %cst_6, %48 : tensor<2x2x4x4xi1>, tensor<2x2x4x4xf32>
    %51 = stablehlo.compare LT, %8, %cst_6 : (tensor<2x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xi1>
    %52 = stablehlo.subtract %cst_25, %50 : tensor<2x2x4x4xf32>
    %53 = stablehlo.select %51, %52, %50 : tensor<2x2x4x4xi1>, tensor<2x2x4x4xf32>
    %54 = stablehlo.multiply %8, %8 : tensor<2x2x4x4xf32>
    %55 = stablehlo.multiply %cst_5, %54 : tensor<2x2x4x4xf32>
    %56 = stablehlo.add %55, %cst_4 : tensor<2x2x4x4xf32>
    %57 = stablehlo.multiply %56, %54 : tensor<2x2x4x4xf32>
    %58 = stablehlo.add %57, %cst_3 : tensor<2x2x4x4xf32>
    %59 = stablehlo.multiply %58, %54 : tensor<2x2x4x4xf32>
    %60 = stablehlo.add %59, %cst_2 : tensor<2x2x4x4xf32>
    %61 = stablehlo.multiply %60, %54 : tensor<2x2x4x4xf32>
    %62 = stablehlo.add %61, %cst_1 : tensor<2x2x4x4xf32>
    %63 = stablehlo.multiply %62, %54 : tensor<2x2x4x4xf32>
    %64 = stablehlo.add %63, %cst_0 : tensor<2x2x4x4xf32>
    %65 = stablehlo.multiply %64, %54 : tensor<2x2x4x4xf32>
    %66 = stablehlo.add %65, %cst : tensor<2x2x4x4xf32>
    %67 = stablehlo.multiply %8, %66 : tensor<2x2x4x4xf32>
    %68 = stablehlo.subtract %cst_26, %67 : tensor<2x2x4x4xf32>
    %69 = stablehlo.abs %8 : tensor<2x2x4x4xf32>
    %70 = stablehlo.compare LT, %69, %cst_26 : (tensor<2x2x4x4xf32>, tensor<2x2x4x4xf32>) -> tensor<2x2x4x4xi1>
    %71 = stablehlo.select %70, %68, %53 : tensor<2x2x4x4xi1>, tensor<2x2x4x4xf32>
    %72 = stablehlo.multiply %5, %71 : tensor<2x2x4x4xf32>
    %73 = stablehlo.reshape %72 : (tensor<2x2x4x4xf32>) -> tensor<2x32xf32>
    %74 = stablehlo.reduce(%73 init: %cst_30) applies stablehlo.add across dimensions = [1] : (tensor<2x32xf32>, tensor<f32>) -> tensor<2xf32>
    %75 = stablehlo.broadcast_in_dim %74, dims = [0] : (tensor<2xf32>) -> tensor<2x1xf32>
    %76 = stablehlo.broadcast_in_dim %cst_29, dims = [] : (tensor<f32>) -> tensor<2x1xf32>
    %77 = stablehlo.divide %75, %76 : tensor<2x1xf32>
    %78 = call @_var(%73, %c) : (tensor<2x32xf32>, tensor<i32>) -> tensor<2x1xf32>
    %79 = stablehlo.broadcast_in_dim %cst_28, dims = [] : (tensor<f32>) -> tensor<2x1xf32>
    %80 = stablehlo.add %78, %79 : tensor<2x1xf32>
    %81 = stablehlo.rsqrt %80 : tensor<2x1xf32>
    %82 = stablehlo.broadcast_in_dim %77, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x32xf32>
    %83 = stablehlo.subtract %73, %82 : tensor<2x32xf32>
    %84 = stablehlo.broadcast_in_dim %81, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x32xf32>
    %85 = stablehlo.multiply %83, %84 : tensor<2x32xf32>
    %86 = stablehlo.broadcast_in_dim %arg2, dims = [1] : (tensor<32xf32>) -> tensor<1x32xf32>
    %87 = stablehlo.broadcast_in_dim %86, dims = [0, 1] : (tensor<1x32xf32>) -> tensor<2x32xf32>
    %88 = stablehlo.multiply %85, %87 : tensor<2x32xf32>
    %89 = stablehlo.broadcast_in_dim %arg3, dims = [1] : (tensor<32xf32>) -> tensor<1x32xf32>
    %90 = stablehlo.broadcast_in_dim %89, dims = [0, 1] : (tensor<1x32xf32>) -> tensor<2x32xf32>
    %91 = stablehlo.add %88, %90 : tensor<2x32xf32>
    %92 = stablehlo.transpose %arg4, dims = [1, 0] : (tensor<3x32xf32>) -> tensor<32x3xf32>
    %93 = stablehlo.broadcast_in_dim %cst_27, dims = [] : (tensor<f32>) -> tensor<3xf32>
    %94 = stablehlo.multiply %arg5, %93 : tensor<3xf32>
    %95 = stablehlo.dot_general %91, %92, contracting_dims = [1] x [0] : (tensor<2x32xf32>, tensor<32x3xf32>) -> tensor<2x3xf32>
    %96 = stablehlo.broadcast_in_dim %cst_27, dims = [] : (tensor<f32>) -> tensor<2x3xf32>
    %97 = stablehlo.multiply %96, %95 : tensor<2x3xf32>
    %98 = stablehlo.broadcast_in_dim %94, dims = [1] : (tensor<3xf32>) -> tensor<1x3xf32>
    %99 = stablehlo.broadcast_in_dim %98, dims = [0, 1] : (tensor<1x3xf32>) -> tensor<2x3xf32>
    %100 = stablehlo.add %99, %97 : tensor<2x3xf32>
    %101 = call @log_softmax(%100) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    return %101 : tensor<2x3xf32>
  }
  func.func private @_var(%arg0: tensor<2x32xf32>, %arg1: tensor<i32>) -> tensor<2x1xf32> {
    %cst = stablehlo.constant dense<0x7FC00000> : tensor<f32>
    %cst_0 = stablehlo.constant dense<3.200000e+01> : tensor<f32>
    %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %0 = stablehlo.reduce(%arg0 init: %cst_1) applies stablehlo.add across dimensions = [1] : (tensor<2x32xf32>, tensor<f32>) -> tensor<2xf32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [0] : (tensor<2xf32>) -> tensor<2x1xf32>
    %2 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2x1xf32>
    %3 = stablehlo.divide %1, %2 : tensor<2x1xf32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x32xf32>
    %5 = stablehlo.subtract %arg0, %4 : tensor<2x32xf32>
    %6 = stablehlo.multiply %5, %5 : tensor<2x32xf32>
    %7 = stablehlo.convert %arg1 : (tensor<i32>) -> tensor<f32>
    %8 = stablehlo.subtract %cst_0, %7 : tensor<f32>
    %9 = stablehlo.reduce(%6 init: %cst_1) applies stablehlo.add across dimensions = [1] : (tensor<2x32xf32>, tensor<f32>) -> tensor<2xf32>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0] : (tensor<2xf32>) -> tensor<2x1xf32>
    %11 = stablehlo.broadcast_in_dim %8, dims = [] : (tensor<f32>) -> tensor<2x1xf32>
    %12 = stablehlo.divide %10, %11 : tensor<2x1xf32>
    %13 = stablehlo.compare GT, %8, %cst_1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %14 = call @_where(%13, %12, %cst) : (tensor<i1>, tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
    return %14 : tensor<2x1xf32>
  }
  func.func private @_where(%arg0: tensor<i1>, %arg1: tensor<2x1xf32>, %arg2: tensor<f32>) -> tensor<2x1xf32> {
    %0 = stablehlo.convert %arg2 : tensor<f32>
    %1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> tensor<2x1xf32>
    %2 = stablehlo.select %arg0, %arg1, %1 : tensor<i1>, tensor<2x1xf32>
    return %2 : tensor<2x1xf32>
  }
  func.func private @log_softmax(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
    %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
    %cst_0 = stablehlo.constant dense<0xFF800000> : tensor<f32>
    %0 = stablehlo.reduce(%arg0 init: %cst_0) applies stablehlo.maximum across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    %1 = stablehlo.broadcast_in_dim %cst_0, dims = [] : (tensor<f32>) -> tensor<2xf32>
    %2 = stablehlo.maximum %1, %0 : tensor<2xf32>
    %3 = stablehlo.broadcast_in_dim %2, dims = [0] : (tensor<2xf32>) -> tensor<2x1xf32>
    %4 = stablehlo.broadcast_in_dim %3, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x3xf32>
    %5 = stablehlo.subtract %arg0, %4 : tensor<2x3xf32>
    %6 = stablehlo.exponential %5 : tensor<2x3xf32>
    %7 = stablehlo.reduce(%6 init: %cst) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
    %8 = stablehlo.broadcast_in_dim %7, dims = [0] : (tensor<2xf32>) -> tensor<2x1xf32>
    %9 = stablehlo.log %8 : tensor<2x1xf32>
    %10 = stablehlo.broadcast_in_dim %9, dims = [0, 1] : (tensor<2x1xf32>) -> tensor<2x3xf32>
    %11 = stablehlo.subtract %5, %10 : tensor<2x3xf32>
    return %11 : tensor<2x3xf32>
  }
}
