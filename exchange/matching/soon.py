"""Soon: tells the processor what will be read soon, so that it is there when it is needed.

What stands beside what was just read is fetched ahead anyway; this is for what stands anywhere. Only
modules of compiled loops import this one, as it imports numba.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic  # type: ignore[untyped-decorator]
def soon(typing: Any, array: Any, index: Any) -> Any:
    """Fetch the line of memory with the element at ``index``, counted from the array's first."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        read, near, data = ir.Constant(_INT, 0), ir.Constant(_INT, 3), ir.Constant(_INT, 1)
        laid_out = context.make_array(signature.args[0])(context, builder, arguments[0])
        number = context.cast(builder, arguments[1], signature.args[1], types.intp)
        place = builder.bitcast(builder.gep(laid_out.data, [number]), _POINTER)
        fetch = cgutils.get_or_insert_function(builder.module, _FETCH, "llvm.prefetch.p0i8")
        builder.call(fetch, [place, read, near, data])
        return context.get_dummy_value()

    return types.void(array, index), code


_INT = ir.IntType(32)
_POINTER = ir.PointerType(ir.IntType(8))
_FETCH = ir.FunctionType(ir.VoidType(), [_POINTER, _INT, _INT, _INT])
