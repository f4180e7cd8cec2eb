"""Optimizers: 0.3.3's constructors and numbers as `torch.optim.Optimizer` subclasses.

0.3.3 makes them without parameters; `Optimizer.bind`, called by ``compile``, gives them
some. ``lr`` and the like are K variables, which live in ``param_groups`` from then on: K's
``set_value`` and torch's schedulers change the same number.

Mirrors: keras 0.3.3, optimizers.py.
"""

from __future__ import annotations

import copy
import math
import warnings
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from . import backend as K
from ._arrays import as_tensor
from ._names import lookup
from ._symbolic.expression import Placeholder
from ._symbolic.function import KnownGradients
from ._symbolic.mode import writing
from ._symbolic.program import Program
from .backend._variable import Variable

ONE = torch.tensor(1.0)  # of a Python number, torch would make a tensor at each step


def clip_norm(g: Tensor, c: float, n: Tensor) -> Tensor:
    """Scale a gradient down if the norm ``n`` reaches ``c``."""
    return K.switch(n >= c, g * c / n, g) if c > 0 else g


def kl_divergence(p: Tensor, p_hat: Tensor) -> Tensor:
    """p_hat - p + p log(p / p_hat)."""
    return p_hat - p + p * torch.log(p / p_hat)


class Optimizer(torch.optim.Optimizer):
    """Base class of the optimizers.

    Args:
        clipnorm: float > 0; gradients whose common norm reaches it are scaled down to it.
        clipvalue: float > 0; each number of a gradient is limited to [-clipvalue, clipvalue].

    Mirrors: keras 0.3.3, optimizers.py, Optimizer.
    """

    # Constructor arguments that are K variables, then those that are plain numbers.
    variables: ClassVar[tuple[str, ...]] = ()
    constants: ClassVar[tuple[str, ...]] = ()
    # Accumulators of each parameter in the order of get_state; "p" is the parameter.
    state_order: ClassVar[tuple[str, ...]] = ("p",)
    counts_iterations: ClassVar[bool] = False
    clipnorm: float
    clipvalue: float
    iterations: Variable
    _lists: dict[str, list[Tensor]]  # what accumulators() found

    def __init__(self, **kwargs: Any) -> None:
        for name in ("clipnorm", "clipvalue"):
            self.__dict__[name] = kwargs.pop(name, 0)
        if self.variables or self.constants:
            self._warn_of(kwargs)
        self.__dict__.update(kwargs)  # a user's optimizer keeps what it passes on
        if self.counts_iterations:
            self.iterations = K.variable(0.0)
        self._start()

    def _start(self) -> None:
        # As unpickling makes it. torch's own constructor needs parameters, which 0.3.3 does
        # not have yet, and imports its compiler, which takes as long as torch itself.
        super().__setstate__(
            {"defaults": {}, "state": defaultdict(dict), "param_groups": [{"params": []}]}
        )

    def _warn_of(self, kwargs: dict[str, Any]) -> None:
        """Say what has no effect; 0.3.3 kept ``SGD(l2=0.1)`` and ``learning_rate`` in silence."""
        if kwargs:
            warnings.warn(
                f"{type(self).__name__} got unknown arguments {', '.join(sorted(kwargs))}, which "
                "have no effect, as in Keras 0.3.3; it takes "
                f"{', '.join([*self.variables, *self.constants])}, clipnorm and clipvalue.",
                stacklevel=4,
            )

    def set_hyperparameters(self, **values: Any) -> None:
        """Keep the constructor's arguments, those in ``variables`` as K variables."""
        for name, value in values.items():
            setattr(self, name, K.variable(float(value)) if name in self.variables else value)

    # Parameters

    def bind(self, params: Iterable[Tensor]) -> None:
        """Take the parameters to train, with accumulators that start at 0."""
        group = self.param_groups[0]
        group["params"] = list(params)
        self._share_hyperparameters()
        self.state.clear()
        for p in group["params"]:
            self.state[p] = {
                name: torch.zeros_like(p, requires_grad=False)
                for name in self.state_order
                if name != "p"
            }
        self._lists = {}

    _model: weakref.ref[Any] | None = None  # that it was compiled with

    def for_model(self, model: Any) -> Optimizer:
        """Return this optimizer, or one like it if another model trains with this one already.

        Both go on with the same variables, the number of iterations among them, and each with
        accumulators of its own, as in 0.3.3.
        """
        trained = self._model() if self._model is not None else None
        optimizer = self if trained in (None, model) else copy.copy(self)
        if optimizer is not self:
            optimizer._start()
        optimizer._model = weakref.ref(model)
        return optimizer

    def _share_hyperparameters(self) -> None:
        # Read here and not from the attributes later: in 0.3.3 a new attribute has no effect
        # until the model is compiled again, a new value of the variable has. torch's
        # schedulers calculate with what they find, so it is a tensor on the same memory.
        for name in self.variables:
            value = getattr(self, name)
            self.param_groups[0][name] = value.detach() if isinstance(value, Tensor) else value

    def accumulators(self, name: str) -> list[Tensor]:
        """Return one accumulator of every parameter."""
        if name not in self._lists:
            self._lists[name] = [self.state[p][name] for p in self.param_groups[0]["params"]]
        return self._lists[name]

    def value(self, name: str) -> float:
        """Return the value that a hyperparameter has now."""
        return float(self.param_groups[0][name])

    # Optimizers that a user writes by get_updates

    def get_updates(self, params: Any, constraints: Any, loss: Any) -> list[tuple[Any, Any]]:
        """Return pairs of a variable and the expression of its next value.

        A user's optimizer writes this in place of `update`. It is called once, at compile.
        """
        raise NotImplementedError(f"{type(self).__name__} has neither update() nor get_updates().")

    def get_gradients(self, loss: Any, params: Sequence[Any]) -> list[Any]:
        """Return the expressions of the gradients, clipped as the arguments say."""
        grads = K.gradients(loss, list(params))
        if self.clipnorm > 0:
            norm = K.sqrt(sum((K.sum(K.square(g)) for g in grads[1:]), K.sum(K.square(grads[0]))))
            grads = [clip_norm(g, self.clipnorm, norm) for g in grads]
        if self.clipvalue > 0:
            grads = [K.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return list(grads)

    @property
    def is_written_by_updates(self) -> bool:
        """Whether the class has a get_updates of its own."""
        return type(self).get_updates is not Optimizer.get_updates

    def record_updates(self, params: list[Tensor], constraints: Sequence[Any]) -> None:
        """Call get_updates on placeholders of the gradients and keep what it wants done."""
        grads = [Placeholder(tuple(p.shape), str(p.dtype).removeprefix("torch.")) for p in params]
        loss = KnownGradients(params, grads)
        with writing():
            self.updates = list(self.get_updates(params, constraints, loss))
        self._recorded = Program(grads, [value for _, value in self.updates])

    updates: Sequence[tuple[Any, Any]] = ()
    _recorded: Program | None = None

    # Steps

    def clip(self, grads: list[Tensor]) -> list[Tensor]:
        """Apply ``clipnorm``, then ``clipvalue``."""
        if self.clipnorm > 0:
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads)))
            grads = [clip_norm(g, self.clipnorm, norm) for g in grads]
        if self.clipvalue > 0:
            grads = [torch.clamp(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def apply_gradients(self, grads: Sequence[Tensor]) -> None:
        """Change the parameters by one step, given a gradient for each, under ``no_grad``."""
        if self._recorded is not None:
            values = self._recorded(*grads)
            for (variable, _), value in zip(self.updates, values):
                variable.copy_(value)
        elif grads:
            self.update(self.param_groups[0]["params"], self.clip(list(grads)))
        if self.counts_iterations:
            self.iterations.add_(ONE)
        self._opt_called = True  # torch's schedulers ask whether step() has been called

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        """Change parameters and accumulators in place: the formula of the optimizer."""
        raise NotImplementedError

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters by their ``grad``; those without one count as 0."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        params = self.param_groups[0]["params"]
        self.apply_gradients([torch.zeros_like(p) if p.grad is None else p.grad for p in params])
        return loss

    # State

    def settle(self) -> None:
        """Bring accumulators up to date, where a step leaves that for later."""

    def _updated(self) -> list[Tensor]:
        self.settle()
        if self._recorded is not None:
            return [variable for variable, _ in self.updates]
        updated: list[Tensor] = [self.iterations] if self.counts_iterations else []
        for p in self.param_groups[0]["params"]:
            updated += [p if name == "p" else self.state[p][name] for name in self.state_order]
        return updated

    def get_state(self) -> list[np.ndarray]:
        """Return all that a step changes, weights included, in 0.3.3's order."""
        return [K.eval(t) for t in self._updated()]

    def set_state(self, value_list: Sequence[Any]) -> None:
        """Set all that a step changes from a list in the order of `get_state`.

        Raises:
            ValueError: if the list has another length.
        """
        updated = self._updated()
        if len(updated) != len(value_list):
            raise ValueError(
                f"{type(self).__name__}.set_state() got {len(value_list)} values; expected "
                f"{len(updated)}, as from get_state() of the same model."
            )
        with torch.no_grad():
            for tensor, value in zip(updated, value_list, strict=True):
                tensor.copy_(as_tensor(value))

    def state_dict(self) -> dict[str, Any]:
        """Return the state in torch's form, with plain numbers for hyperparameters."""
        self.settle()
        state = super().state_dict()
        for group in state["param_groups"]:
            group.update({name: float(group[name]) for name in self.variables if name in group})
            if self.counts_iterations:
                group["iterations"] = float(self.iterations)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` returned."""
        self.settle()
        kept = {name: self.param_groups[0].get(name) for name in self.variables}
        super().load_state_dict(state_dict)
        group = self.param_groups[0]
        if self.counts_iterations:
            K.set_value(self.iterations, group.pop("iterations"))
        for name, value in kept.items():
            if isinstance(value, Tensor):  # the variable's number, too
                group[name] = value.fill_(group[name])
        self._lists = {}

    def __getstate__(self) -> dict[str, Any]:
        # torch would keep three attributes and forget ours.
        self.settle()
        left_out = ("hooks", "_model")
        return {k: v for k, v in self.__dict__.items() if not any(part in k for part in left_out)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._lists = {}
        if self.state and "clipnorm" in state:  # copied, not just given a new state by torch
            self._share_hyperparameters()

    def get_config(self) -> dict[str, Any]:
        """Return the name and the arguments as plain numbers, as written to files."""
        config: dict[str, Any] = {"name": type(self).__name__}
        for name in self.variables:
            config[name] = float(getattr(self, name))
        for name in self.constants:
            config[name] = getattr(self, name)
        return config


class SGD(Optimizer):
    """v = momentum v - lr g, p = p + v; with Nesterov p = p + momentum v - lr g.

    Args:
        lr: float >= 0.
        momentum: float >= 0.
        decay: float >= 0; lr is divided by 1 + decay * steps.
        nesterov: whether to use Nesterov momentum.

    Mirrors: keras 0.3.3, optimizers.py, SGD.
    """

    variables = ("lr", "momentum", "decay")
    constants = ("nesterov",)
    state_order = ("m", "p")
    counts_iterations = True
    lr: Any
    momentum: Any
    decay: Any
    nesterov: bool

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.0,
        decay: float = 0.0,
        nesterov: bool = False,
        **kwargs: Any,
    ) -> None:
        self.set_hyperparameters(lr=lr, momentum=momentum, decay=decay, nesterov=nesterov)
        super().__init__(**kwargs)

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        lr, momentum, decay = self.value("lr"), self.value("momentum"), self.value("decay")
        if decay:
            lr *= 1.0 / (1.0 + decay * float(self.iterations))
        if not momentum:
            torch._foreach_add_(params, grads, alpha=-lr)
            self._last_move = (grads, lr)
            return
        v = self.accumulators("m")
        torch._foreach_mul_(v, momentum)
        torch._foreach_add_(v, grads, alpha=-lr)
        if self.nesterov:
            torch._foreach_add_(params, v, alpha=momentum)
            torch._foreach_add_(params, grads, alpha=-lr)
        else:
            torch._foreach_add_(params, v)

    # Without momentum v is -lr g and only looked at. It is computed when that happens.
    _last_move: tuple[list[Tensor], float] | None = None

    def settle(self) -> None:
        if self._last_move is not None:
            grads, lr = self._last_move
            self._last_move = None
            torch._foreach_copy_(super().accumulators("m"), torch._foreach_mul(grads, -lr))

    def accumulators(self, name: str) -> list[Tensor]:
        self.settle()
        return super().accumulators(name)

    def bind(self, params: Iterable[Tensor]) -> None:
        self._last_move = None
        super().bind(params)


class RMSprop(Optimizer):
    """a = rho a + (1 - rho) g^2, p = p - lr g / sqrt(a + epsilon).

    Args:
        lr: float >= 0.
        rho: float in [0, 1).
        epsilon: float > 0, inside the root, unlike in torch.

    Mirrors: keras 0.3.3, optimizers.py, RMSprop.
    """

    variables = ("lr", "rho")
    constants = ("epsilon",)
    state_order = ("a", "p")
    lr: Any
    rho: Any
    epsilon: float

    def __init__(
        self, lr: float = 0.001, rho: float = 0.9, epsilon: float = 1e-6, **kwargs: Any
    ) -> None:
        self.set_hyperparameters(lr=lr, rho=rho, epsilon=epsilon)
        super().__init__(**kwargs)

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        rho, a = self.value("rho"), self.accumulators("a")
        torch._foreach_mul_(a, rho)
        torch._foreach_addcmul_(a, grads, grads, 1 - rho)
        root = torch._foreach_add(a, self.epsilon)
        torch._foreach_sqrt_(root)
        torch._foreach_addcdiv_(params, grads, root, -self.value("lr"))


class Adagrad(Optimizer):
    """a = a + g^2, p = p - lr g / sqrt(a + epsilon).

    Args:
        lr: float >= 0.
        epsilon: float > 0, inside the root, unlike in torch.

    Mirrors: keras 0.3.3, optimizers.py, Adagrad.
    """

    variables = ("lr",)
    constants = ("epsilon",)
    state_order = ("a", "p")
    lr: Any
    epsilon: float

    def __init__(self, lr: float = 0.01, epsilon: float = 1e-6, **kwargs: Any) -> None:
        self.set_hyperparameters(lr=lr, epsilon=epsilon)
        super().__init__(**kwargs)

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        a = self.accumulators("a")
        torch._foreach_addcmul_(a, grads, grads, 1.0)
        root = torch._foreach_add(a, self.epsilon)
        torch._foreach_sqrt_(root)
        torch._foreach_addcdiv_(params, grads, root, -self.value("lr"))


class Adadelta(Optimizer):
    """a = rho a + (1 - rho) g^2, u = g sqrt(d + epsilon) / sqrt(a + epsilon), p = p - lr u.

    Then d = rho d + (1 - rho) u^2.

    Args:
        lr: float >= 0.
        rho: float in [0, 1).
        epsilon: float > 0.

    Mirrors: keras 0.3.3, optimizers.py, Adadelta.
    """

    variables = ("lr",)
    constants = ("rho", "epsilon")
    state_order = ("a", "p", "d")
    lr: Any
    rho: float
    epsilon: float

    def __init__(
        self, lr: float = 1.0, rho: float = 0.95, epsilon: float = 1e-6, **kwargs: Any
    ) -> None:
        self.set_hyperparameters(lr=lr, rho=rho, epsilon=epsilon)
        super().__init__(**kwargs)

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        rho, a, d = self.rho, self.accumulators("a"), self.accumulators("d")
        torch._foreach_mul_(a, rho)
        torch._foreach_addcmul_(a, grads, grads, 1 - rho)
        root = torch._foreach_add(a, self.epsilon)
        torch._foreach_sqrt_(root)
        u = torch._foreach_add(d, self.epsilon)
        torch._foreach_sqrt_(u)
        torch._foreach_div_(u, root)
        torch._foreach_mul_(u, grads)
        torch._foreach_add_(params, u, alpha=-self.value("lr"))
        torch._foreach_mul_(d, rho)
        torch._foreach_addcmul_(d, u, u, 1 - rho)


def _in_memory_order(p: Tensor, g: Tensor, *state: Tensor) -> list[Tensor]:
    """Return views of a parameter, its gradient and its state that go through memory in order.

    The kernel of Adam reads memory so, whatever the strides. It would mix up the gradients of
    gates that were multiplied side by side.
    """
    if g.stride() != p.stride():
        g = torch.empty_like(p).copy_(g)
    if p.is_contiguous():
        return [p, g, *state]
    axes = sorted(range(p.ndim), key=p.stride, reverse=True)
    return [x.permute(axes) for x in (p, g, *state)]


class Adam(Optimizer):
    """m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p = p - lr_t m / (sqrt(v) + epsilon).

    lr_t = lr sqrt(1 - b2^t) / (1 - b1^t) at step t.

    Args:
        lr: float >= 0.
        beta_1, beta_2: float in [0, 1).
        epsilon: float > 0, beside the uncorrected root, unlike in torch.

    Mirrors: keras 0.3.3, optimizers.py, Adam.
    """

    variables = ("lr", "beta_1", "beta_2")
    constants = ("epsilon",)
    state_order = ("m", "v", "p")
    counts_iterations = True
    lr: Any
    beta_1: Any
    beta_2: Any
    epsilon: float

    def __init__(
        self,
        lr: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        self.set_hyperparameters(lr=lr, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
        super().__init__(**kwargs)

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        b1, b2 = self.value("beta_1"), self.value("beta_2")
        t = float(self.iterations) + 1
        correction = math.sqrt(1 - b2**t)
        step = torch.full((), t, device=params[0].device)
        m, v = self.accumulators("m"), self.accumulators("v")
        views = map(_in_memory_order, params, grads, m, v)
        params, grads, m, v = map(list, zip(*views, strict=True))
        # torch's kernel adds epsilon to the corrected root sqrt(v) / correction. Divided by
        # the correction, epsilon stands beside sqrt(v), where 0.3.3 has it.
        torch._fused_adam_(
            params,
            grads,
            m,
            v,
            [],
            [step] * len(params),
            lr=self.value("lr"),
            beta1=b1,
            beta2=b2,
            weight_decay=0.0,
            eps=self.epsilon / correction,
            amsgrad=False,
            maximize=False,
        )


class Adamax(Optimizer):
    """m = b1 m + (1 - b1) g, ``u = max(b2 u, |g|)``, p = p - lr_t m / (u + epsilon).

    lr_t = lr / (1 - b1^t) at step t.

    Args:
        lr: float >= 0.
        beta_1, beta_2: float in [0, 1).
        epsilon: float > 0.

    Mirrors: keras 0.3.3, optimizers.py, Adamax.
    """

    variables = ("lr", "beta_1", "beta_2")
    constants = ("epsilon",)
    state_order = ("m", "u", "p")
    counts_iterations = True
    lr: Any
    beta_1: Any
    beta_2: Any
    epsilon: float

    def __init__(
        self,
        lr: float = 0.002,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        **kwargs: Any,
    ) -> None:
        self.set_hyperparameters(lr=lr, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
        super().__init__(**kwargs)

    def update(self, params: list[Tensor], grads: list[Tensor]) -> None:
        b1, b2 = self.value("beta_1"), self.value("beta_2")
        lr_t = self.value("lr") / (1 - b1 ** (float(self.iterations) + 1))
        m, u = self.accumulators("m"), self.accumulators("u")
        torch._foreach_mul_(m, b1)
        torch._foreach_add_(m, grads, alpha=1 - b1)
        torch._foreach_mul_(u, b2)
        torch._foreach_maximum_(u, torch._foreach_abs(grads))
        torch._foreach_addcdiv_(params, m, torch._foreach_add(u, self.epsilon), -lr_t)


sgd = SGD
rmsprop = RMSprop
adagrad = Adagrad
adadelta = Adadelta
adam = Adam
adamax = Adamax

OPTIMIZERS: dict[str, type[Optimizer]] = {
    name: optimizer
    for optimizer in (SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax)
    for name in (optimizer.__name__, optimizer.__name__.lower())
}


def get(identifier: Any, kwargs: dict[str, Any] | None = None) -> Any:
    """Return a new optimizer of that name; anything but a string is returned as it is.

    Raises:
        ValueError: if there is no such optimizer.
    """
    found = lookup(identifier, OPTIMIZERS, "optimizer")
    return found(**(kwargs or {})) if isinstance(identifier, str) else found


def bind(
    optimizer: Any, model: Any, params: list[Tensor], constraints: Sequence[Any]
) -> torch.optim.Optimizer:
    """Give parameters to what ``compile`` was called with.

    Args:
        optimizer: one of ours; a ``torch.optim`` instance that was made with the model's
            parameters; a class or function that makes one from a list of parameters.
        model: the model that is compiled.
        params: the parameters to train.
        constraints: one for each, for optimizers that apply them themselves.

    Raises:
        TypeError: for anything else.
        ValueError: if a ``torch.optim`` instance trains other parameters.
    """
    if isinstance(optimizer, Optimizer):
        optimizer = optimizer.for_model(model)
        optimizer.bind(params)
        if optimizer.is_written_by_updates:
            optimizer.record_updates(params, constraints)
        return optimizer
    if not isinstance(optimizer, torch.optim.Optimizer):
        if not callable(optimizer):
            raise TypeError(
                f"the optimizer got {optimizer!r}; expected a name such as 'sgd', an optimizer "
                "such as SGD(lr=0.1), or a torch.optim class or instance."
            )
        made = optimizer(params)
        if not isinstance(made, torch.optim.Optimizer):
            raise TypeError(
                f"{optimizer!r} made a {type(made).__name__}; expected a torch.optim.Optimizer."
            )
        return made
    known = {id(p) for p in params}
    given = [p for group in optimizer.param_groups for p in group["params"]]
    if not any(id(p) in known for p in given):
        raise ValueError(
            f"the {type(optimizer).__name__} passed to compile() trains none of this model's "
            "parameters; make it with model.parameters(), or pass the class."
        )
    return optimizer
