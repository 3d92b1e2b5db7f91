"""The one way a kernel is compiled: flags, disk cache, threads."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

import numba
import numba.core.caching as numba_caching
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, sigutils
from numba.core.base import BaseContext
from numba.core.ccallback import CFunc
from numba.core.typing import Context, Signature
from numba.extending import intrinsic, overload
from numba.misc.appdirs import AppDirs
from numba.np.ufunc import parallel as pool

Array: TypeAlias = np.ndarray
Emit: TypeAlias = Callable[[BaseContext, ir.IRBuilder, Signature, Sequence[ir.Value]], ir.Value]
Function = TypeVar("Function", bound=Callable[..., object])

# Reordering and contraction only: NaN and infinity must survive. `arcp` is not among
# them: with it 1 / sqrt(x) is an estimate, refined, and NaN where x is 0 or infinite.
FASTMATH = frozenset({"reassoc", "contract", "nsz"})
# Range reductions such as (x - n*hi) - n*lo lose their point when reassociated.
EXACT = frozenset({"contract"})
# Array expressions must not silently become parallel loops: only `prange` does.
PRANGE_ONLY = {
    "comprehension": False,
    "fusion": False,
    "inplace_binop": False,
    "numpy": False,
    "prange": True,
    "reduction": False,
    "setitem": False,
    "stencil": False,
}
FOLDER = Path(__file__).parent


def kernel(
    function: Function | None = None, *, parallel: bool = False, exact: bool = False
) -> Function:
    """Compile lazily per dtype, cached on disk; `exact` forbids reassociation."""
    if function is None:
        return lambda f: kernel(f, parallel=parallel, exact=exact)
    compiled = numba.njit(
        nogil=threads_are_safe(),
        error_model="numpy",  # x / 0 is inf, and the check would stop vectorisation
        fastmath=set(EXACT if exact else FASTMATH),
        parallel=PRANGE_ONLY if parallel else False,
    )(function)
    if isinstance(compiled, numba.core.dispatcher.Dispatcher):
        compiled._cache = _KernelCache(function)
    return compiled


def function_from_source(
    source: str, names: dict[str, object], module: str
) -> Callable[..., object]:
    """The one function that generated text defines; the text is its cache key."""
    space = names | {"__name__": module}
    exec(compile(source, sys.modules[module].__file__, "exec"), space)
    (name,) = (name for name in space if name not in names and name[0] != "_")
    space[name].generated_from = source
    return space[name]


def callback(function: Function, signature: Signature) -> CFunc:
    """Compile a C callback; it has an `address` and lives as long as the result."""
    compiled = CFunc(function, sigutils.normalize_signature(signature), {}, dict(
        error_model="numpy", fastmath=set(FASTMATH)))  # fmt: skip
    compiled._cache = _KernelCache(function)
    compiled.compile()
    return compiled


def in_kernels(
    reference: Callable[..., object], **options: object
) -> Callable[[Function], Function]:
    """Say what a Python function is in compiled code: a lambda chosen by argument types."""

    def bind(choose: Function) -> Function:
        choose.__annotations__ = {}  # numba compares them with the lambda's
        chosen = {"forceinline": True, "error_model": "numpy"} | options
        return overload(reference, jit_options=chosen)(choose)

    return bind


@cache
def threads_are_safe() -> bool:
    """Whether two Python threads may run parallel kernels at once.

    Numba's `workqueue` layer aborts the process when they do; there the kernels keep
    the interpreter lock.
    """
    if numba.config.THREADING_LAYER in ("workqueue", "forksafe"):
        return False
    return any(_importable(f"numba.np.ufunc.{pool}") for pool in ("tbbpool", "omppool"))


def _importable(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def thread_count() -> int:
    """Threads a parallel kernel will use: how many pieces of scratch pay."""
    return int(numba.get_num_threads())


@intrinsic
def _threads(typing: Context) -> tuple[Signature, Emit]:
    def emit(
        context: BaseContext,
        builder: ir.IRBuilder,
        signature: Signature,
        values: Sequence[ir.Value],
    ) -> ir.Value:
        kind = ir.FunctionType(ir.IntType(32), [])
        function = cgutils.get_or_insert_function(builder.module, kind, "get_num_threads")
        return builder.zext(builder.call(function, []), ir.IntType(64))

    return types.intp(), emit


@in_kernels(thread_count)
def _thread_count() -> Callable[[], int]:
    return lambda: _threads()  # numba's own overload cannot be cached


def _apply_thread_setting() -> None:
    """DRYFIT_NUM_THREADS bounds the pool; it must be read before the pool starts."""
    wanted = os.environ.get("DRYFIT_NUM_THREADS", "")
    if not wanted.isdecimal() or int(wanted) < 1:
        return
    if pool._is_initialized:
        numba.set_num_threads(min(int(wanted), numba.config.NUMBA_NUM_THREADS))
    else:
        numba.config.NUMBA_NUM_THREADS = pool.NUM_THREADS = int(wanted)


@cache
def cache_folder() -> str | None:
    """Where compiled kernels are kept: beside the source, else per user, else nowhere."""
    if numba.config.CACHE_DIR:
        return _writable(Path(numba.config.CACHE_DIR) / "dryfit")
    user = Path(AppDirs(appname="dryfit", appauthor=False).user_cache_dir)
    return _writable(FOLDER / "__pycache__") or _writable(user / "kernels")


def _writable(folder: Path) -> str | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return None
    return str(folder)


@cache
def source_files(path: Path) -> frozenset[Path]:
    """A kernel's file and the kernel files it imports, transitively."""
    if path.parent != FOLDER:
        return frozenset({path, *FOLDER.glob("*.py")})
    names = re.findall(r"^from \.(\w+) import", path.read_text("utf-8"), re.MULTILINE)
    below = [source_files(FOLDER / f"{name}.py") for name in names]
    return frozenset({path}).union(*below)


@cache
def source_stamp(path: Path) -> str:
    """A digest of a kernel's file and of all it imports.

    Numba's own stamp sees one file only, so a changed helper would leave stale callers.
    """
    digest = hashlib.sha256(f"nogil={threads_are_safe()}".encode())
    for file in sorted(source_files(path)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


_preparations: dict[str, list[Callable[[str], None]]] = {}


def before_loading(module: str, prepare: Callable[[str], None]) -> None:
    """Have `prepare(dtype)` called before a kernel that builds on a module is loaded."""
    _preparations.setdefault(module.rpartition(".")[2], []).append(prepare)


_announced = [False]


def _announce() -> None:
    """Tell once a process, at the first kernel that the cache lacks, why it takes so long."""
    folder = cache_folder()
    if not _announced[0] and folder is not None:
        sys.stderr.write(f"dryfit: compiling kernels, once on this machine (kept in {folder})\n")
    _announced[0] = True


class _Locator(numba_caching._CacheLocator):
    """Tells numba's cache the folder, and freshness by content."""

    def __init__(self, function: Function) -> None:
        self._py_file = function.__code__.co_filename
        text = getattr(function, "generated_from", None)
        line = function.__code__.co_firstlineno
        self._key = hashlib.sha256(text.encode()).hexdigest()[:16] if text else str(line)

    @classmethod
    def from_function(cls, py_func: Function, py_file: str) -> _Locator:
        return cls(py_func)

    def ensure_cache_path(self) -> None:
        """`cache_folder` has tried it already, once for all kernels."""

    def get_cache_path(self) -> str:
        return cache_folder() or ""

    def get_source_stamp(self) -> str:
        return source_stamp(Path(self._py_file))

    def get_disambiguator(self) -> str:
        return self._key


class _KernelCacheImpl(numba_caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]


class _CacheFile(numba_caching.IndexDataCacheFile):
    """An index and its data files, named by what they hold.

    Numba numbers them: of two processes that compile at once for the first time, one
    would find the other's code under its own signature's number.
    """

    def save(self, key: tuple[object, ...], data: object) -> None:
        text = f"{key} {self._source_stamp}".encode()
        name = f"{Path(self._index_name).stem}.{hashlib.sha256(text).hexdigest()[:16]}.nbc"
        self._save_data(name, data)
        self._save_index(self._load_index() | {key: name})


class _KernelCache(numba_caching.FunctionCache):
    """Numba's cache, in our folder; prepares what the kernel calls through pointers."""

    _impl_class = _KernelCacheImpl

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._file = Path(function.__code__.co_filename)
        stamp, base = source_stamp(self._file), self._impl.filename_base
        self._cache_file = _CacheFile(self._cache_path, base, stamp)
        if cache_folder() is None:
            self.disable()

    def load_overload(self, sig: object, target_context: object) -> object:
        arguments = getattr(sig, "args", sig)
        arrays = [kind for kind in arguments if isinstance(kind, types.Array)]
        dtypes = {kind.dtype.name for kind in arrays} & {"float32", "float64"}
        for file in source_files(self._file):
            for prepare in _preparations.get(file.stem, ()):
                for dtype in dtypes:
                    prepare(dtype)
        pool._launch_threads()  # `threads` asks the pool, also in kernels without loops
        found = super().load_overload(sig, target_context)
        if found is None:
            _announce()
        return found


_apply_thread_setting()
