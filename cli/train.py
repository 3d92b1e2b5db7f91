"""`dryfit train` and `dryfit predict`: a verified model, data from a file, numbers out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from .data import Data, read_data
from .engine import engine, running
from .errors import UsageFault
from .options import configuration, dialect_option, parted
from .verifying import verify

SAVED = (".weights.h5", ".keras")
DATA_HELP = "An .npz with arrays x and y (and x_val, y_val), or an .npy with x."


def _model_options(command: Callable[..., object]) -> Callable[..., object]:
    for option in (
        dialect_option,
        click.option("--weights", metavar="FILE", help="Start from these weights (.weights.h5)."),
        click.option("--x", "inputs", multiple=True, metavar="ARRAY", help="An input's array."),
        click.option("--data", required=True, metavar="FILE", help=DATA_HELP),
        click.option("--verify/--no-verify", default=True, help="Check the file first."),
        click.option("--batch-size", type=click.IntRange(1), default=32, show_default=True),
    ):
        command = option(command)
    return command


@click.command(short_help="Fit a model on data from a file.")
@click.argument("target", metavar="PATH[:NAME]")
@_model_options
@click.option("--y", "targets", multiple=True, metavar="ARRAY", help="A target's array.")
@click.option("--epochs", type=click.IntRange(1), default=1, show_default=True)
@click.option("--validation-split", type=click.FloatRange(0, 1, max_open=True), default=0.0)
@click.option("--optimizer", help="By name, where the source compiles nothing: adam.")
@click.option("--loss", help="By name, where the source compiles nothing: mse.")
@click.option("--seed", type=int, help="Makes the run repeatable.")
@click.option("--out", metavar="FILE", help="Write the trained weights (.weights.h5) or model.")
@click.option("--curve", metavar="FILE", help="Draw the losses by epoch as a picture (.png).")
def train(target: str, **given: Any) -> None:
    """Check the file, take the model called NAME in it, and fit it on data from a file.

    NAME is a variable that holds a model, a function that makes one, or a model class; it
    may be left out where the file has one model.

    \b
    dryfit train model.py:net --data digits.npz --epochs 5 --out net.weights.h5
    """
    data = read_data(given["data"], given["inputs"], given["targets"])
    if data.y is None:
        raise UsageFault(f"{given['data']} has no array y\n  fix: name it, e.g. --y label")
    if given["out"] and not given["out"].endswith(SAVED):
        raise UsageFault(f"{given['out']}: write .weights.h5 (weights) or .keras (the whole model)")
    with _checked_model(target, data, given) as model:
        _compile(model, given)
        from .fitting import draw_curve, fit

        history = fit(model, data, given)
        if given["out"]:
            save = model.save if given["out"].endswith(".keras") else model.save_weights
            save(given["out"])
            click.echo(f"{given['out']}: written")
        if given["curve"]:
            draw_curve(history, given["curve"])


@click.command(short_help="Give a model's outputs for data from a file.")
@click.argument("target", metavar="PATH[:NAME]")
@_model_options
@click.option("--out", metavar="FILE", help="Write the outputs (.npy) instead of showing them.")
def predict(target: str, **given: Any) -> None:
    """Check the file, take the model called NAME in it, and give its outputs for data.

    \b
    dryfit predict model.py:net --data new.npz --weights net.weights.h5
    """
    import numpy as np

    data: Data = read_data(given["data"], given["inputs"])
    with _checked_model(target, data, given) as model:
        outputs = model.predict(data.x, batch_size=given["batch_size"], verbose=0)
    if given["out"]:
        np.save(given["out"], outputs)
        click.echo(f"{given['out']}: {np.shape(outputs)}")
    else:
        click.echo(np.array2string(np.asarray(outputs), precision=4, threshold=200))


@contextmanager
def _checked_model(target: str, data: Data, given: dict[str, Any]) -> Iterator[Any]:
    """The model of a target, once its file is checked, with the weights it starts from."""
    path, name = parted(target)
    config = configuration([path], {"dialect": given["dialect"]})
    weights = given["weights"]
    if weights and not Path(weights).is_file():
        raise UsageFault(f"{weights}: no such file")
    if given["verify"]:
        verify(path, config)
    with running(path, config.dialect) as executor:
        if given.get("seed") is not None:  # before the weights are made
            executor.keras.utils.set_random_seed(given["seed"])
        model = _made(path, executor.load(path, verify=False), name)
        if weights and not model.built:
            model.predict(_first(data.x), verbose=0)
        if weights:
            model.load_weights(weights)
        yield model


def _first(x: Any) -> Any:
    """One sample: a subclassed model has no weights before it has seen its input."""
    return {name: value[:1] for name, value in x.items()} if isinstance(x, dict) else x[:1]


def _made(path: str, module: Any, name: str) -> Any:
    """The model of a name: as it is, returned by a function, or made from a class."""
    kind = engine().keras.Model
    models = {k: v for k, v in vars(module).items() if isinstance(v, kind)}
    if not name:
        if len(models) != 1:
            known = ", ".join(models) or "none at the top level"
            raise UsageFault(f"say which model: {path}:NAME; it has {known}")
        return next(iter(models.values()))
    found = getattr(module, name, None)
    if inspect.isfunction(found) or inspect.isclass(found):
        found = found()
    if isinstance(found, tuple | list):
        found = next((each for each in found if isinstance(each, kind)), None)
    if not isinstance(found, kind):
        known = ", ".join(models) or "none at the top level"
        raise UsageFault(f"{path} has no model called {name!r}; it has {known}")
    return found


def _compile(model: Any, given: dict[str, Any]) -> None:
    asked = {key: given[key] for key in ("optimizer", "loss") if given[key]}
    if not asked and getattr(model, "compiled", False):
        return
    if not given["loss"]:
        raise UsageFault("the source does not compile the model\n  fix: --loss mse")
    model.compile(**{"optimizer": "adam"} | asked)
