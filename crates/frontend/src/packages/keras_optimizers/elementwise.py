# Optimizers that scale each element of the gradient by what they remember of it.

import keras
from keras import ops


class _Remembering(keras.optimizers.Optimizer):
    # Keeps variables of these names for each trained one.
    _slots = ("momentum", "velocity")
    _initializers = ("zeros", "zeros")
    # Attributes that the constructor takes under their names.
    _arguments = ()

    def get_config(self):
        return {**super().get_config(), **{name: getattr(self, name) for name in self._arguments}}

    def __init__(self, learning_rate, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._kept = self.add_optimizer_variables(variables, list(self._slots), list(self._initializers))

    def update_step(self, gradient, variable, learning_rate):
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        first, second = (kept[index] for kept in self._kept)
        step = ops.cast(self.iterations + 1, dtype)
        self._update(variable, ops.cast(gradient, dtype), ops.cast(learning_rate, dtype), step, first, second)

    def _towards(self, variable, value, share):
        # Moves a moving average by a share of the way.
        self.assign_add(variable, (value - variable) * share)

    def _corrected(self, beta, step):
        return 1 - ops.power(ops.cast(beta, step.dtype), step)


class Adadelta(_Remembering):
    _slots = ("accumulated_grad", "accumulated_delta_var")
    _arguments = ("rho", "epsilon")

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.rho, self.epsilon = rho, epsilon

    def _update(self, variable, gradient, rate, step, squares, changes):
        self.assign(squares, self.rho * squares + (1 - self.rho) * ops.square(gradient))
        change = -ops.sqrt(changes + self.epsilon) * gradient / ops.sqrt(squares + self.epsilon)
        self.assign(changes, self.rho * changes + (1 - self.rho) * ops.square(change))
        self.assign_add(variable, rate * change)


class _Moments(_Remembering):
    _arguments = ("beta_1", "beta_2", "epsilon")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon


class Adamax(_Moments):
    _slots = ("momentum", "norm")

    def _update(self, variable, gradient, rate, step, m, u):
        self._towards(m, gradient, 1 - self.beta_1)
        self.assign(u, ops.maximum(self.beta_2 * u, ops.abs(gradient)))
        self.assign_sub(variable, rate * m / (self._corrected(self.beta_1, step) * (u + self.epsilon)))


class Nadam(_Moments):
    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        dtype = variables[0].dtype if variables else "float32"
        self._product = self.add_variable((), "ones", dtype, name="/variable")

    def update_step(self, gradient, variable, learning_rate):
        if self._get_variable_index(variable) == 0:
            # It grows once for all variables of a step.
            product = self._product
            self.assign(product, product * self._momentum(self.iterations + 1, product.dtype))
        super().update_step(gradient, variable, learning_rate)

    def _momentum(self, step, dtype):
        return self.beta_1 * (1 - 0.5 * ops.power(0.96, ops.cast(step, dtype)))

    def _update(self, variable, gradient, rate, step, m, v):
        now, following = self._momentum(step, step.dtype), self._momentum(step + 1, step.dtype)
        product = ops.cast(self._product, step.dtype)
        beta_1, beta_2 = (ops.cast(beta, step.dtype) for beta in (self.beta_1, self.beta_2))
        self._towards(m, gradient, 1 - beta_1)
        self._towards(v, ops.square(gradient), 1 - beta_2)
        ahead = following * m / (1 - product * following) + (1 - now) * gradient / (1 - product)
        root = ops.sqrt(v / self._corrected(self.beta_2, step))
        self.assign_sub(variable, ahead * rate / (root + self.epsilon))


class Lamb(_Moments):
    def _update(self, variable, gradient, rate, step, m, v):
        self._towards(m, gradient, 1 - self.beta_1)
        self._towards(v, ops.square(gradient), 1 - self.beta_2)
        root = ops.sqrt(v / self._corrected(self.beta_2, step))
        direction = m / self._corrected(self.beta_1, step) / (root + self.epsilon)
        weight, length = (ops.sqrt(ops.sum(ops.square(x))) for x in (variable, direction))
        trusted = ops.logical_and(weight > 0, length > 0)
        ratio = ops.where(trusted, weight / ops.where(trusted, length, 1.0), 1.0)
        self.assign_sub(variable, ratio * rate * direction)


class Ftrl(_Remembering):
    _slots = ("accumulator", "linear")
    _arguments = ("initial_accumulator_value", "beta")

    def get_config(self):
        strengths = {"l1": self.l1, "l2": self.l2, "l2_shrinkage": self.shrinkage}
        own = {f"{name}_regularization_strength": value for name, value in strengths.items()}
        return {**super().get_config(), "learning_rate_power": -self.power, **own}

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(learning_rate, **kwargs)
        not_negative = {
            "initial_accumulator_value": initial_accumulator_value,
            "-learning_rate_power": -learning_rate_power,
            "l1_regularization_strength": l1_regularization_strength,
            "l2_regularization_strength": l2_regularization_strength,
            "l2_shrinkage_regularization_strength": l2_shrinkage_regularization_strength,
        }
        for name, value in not_negative.items():
            if value < 0:
                raise ValueError(f"`{name}` must be 0 or more, found {value}")
        self.power, self.beta = -learning_rate_power, beta
        self.l1, self.l2 = l1_regularization_strength, l2_regularization_strength
        self.shrinkage, self.initial_accumulator_value = l2_shrinkage_regularization_strength, initial_accumulator_value
        self._initializers = (keras.initializers.Constant(initial_accumulator_value), "zeros")

    def _update(self, variable, gradient, rate, step, squares, linear):
        grown = squares + ops.square(gradient)
        before, after = ops.power(squares, self.power), ops.power(grown, self.power)
        self.assign_add(linear, gradient + 2 * self.shrinkage * variable - (after - before) / rate * variable)
        curvature = after / rate + 2 * (self.l2 + self.beta / (2.0 * rate))
        self.assign(variable, (ops.clip(linear, -self.l1, self.l1) - linear) / curvature)
        self.assign(squares, grown)
