/**
 * The sources of Molt's builtins and standard library, by path under `py`. They are Python in the dialect that
 * docs/stdlib-dialect.md describes; the compiler takes them together with the user's program. The list is explicit so that
 * bundlers embed exactly these files.
 */
import builtinsBool from './py/builtins/bool.py';
import builtinsBytes from './py/builtins/bytes.py';
import builtinsBytesOps from './py/builtins/bytes_ops.py';
import builtinsCharClass from './py/builtins/char_class.py';
import builtinsDict from './py/builtins/dict.py';
import builtinsDictViews from './py/builtins/dict_views.py';
import builtinsExceptionClasses from './py/builtins/exception_classes.py';
import builtinsExceptions from './py/builtins/exceptions.py';
import builtinsFloat from './py/builtins/float.py';
import builtinsFloatOps from './py/builtins/float_ops.py';
import builtinsFunctions from './py/builtins/functions.py';
import builtinsHash from './py/builtins/hash.py';
import builtinsInt from './py/builtins/int.py';
import builtinsIntMethods from './py/builtins/int_methods.py';
import builtinsIterators from './py/builtins/iterators.py';
import builtinsList from './py/builtins/list.py';
import builtinsListSort from './py/builtins/list_sort.py';
import builtinsObject from './py/builtins/object.py';
import builtinsRange from './py/builtins/range.py';
import builtinsSet from './py/builtins/set.py';
import builtinsSetClasses from './py/builtins/set_classes.py';
import builtinsSlice from './py/builtins/slice.py';
import builtinsStr from './py/builtins/str.py';
import builtinsStrCase from './py/builtins/str_case.py';
import builtinsStrCore from './py/builtins/str_core.py';
import builtinsStrFind from './py/builtins/str_find.py';
import builtinsStrFormat from './py/builtins/str_format.py';
import builtinsStrPercent from './py/builtins/str_percent.py';
import builtinsStrRepr from './py/builtins/str_repr.py';
import builtinsStrSplit from './py/builtins/str_split.py';
import builtinsStrTemplate from './py/builtins/str_template.py';
import builtinsTextCodec from './py/builtins/text_codec.py';
import builtinsTuple from './py/builtins/tuple.py';
import builtinsUnicodeTables from './py/builtins/unicode_tables.py';
import libCoreCollections from './py/lib/_collections.py';
import libCoreCombinatorics from './py/lib/_combinatorics.py';
import libCoreItertools from './py/lib/_itertools.py';
import libCoreMath from './py/lib/_math.py';
import libMoltCall from './py/lib/_molt.py';
import libCoreRandom from './py/lib/_random.py';
import libCoreSys from './py/lib/_sys.py';
import libBisect from './py/lib/bisect.py';
import libCollections from './py/lib/collections.py';
import libDataclasses from './py/lib/dataclasses.py';
import libFunctools from './py/lib/functools.py';
import libHeapq from './py/lib/heapq.py';
import libItertools from './py/lib/itertools.py';
import libJson from './py/lib/json.py';
import libMath from './py/lib/math.py';
import libMolt from './py/lib/molt.py';
import libRandom from './py/lib/random.py';
import libString from './py/lib/string.py';
import libSys from './py/lib/sys.py';
import libTime from './py/lib/time.py';
import runtimeAbi from './py/runtime/abi.py';
import runtimeAlloc from './py/runtime/alloc.py';
import runtimeBoxes from './py/runtime/boxes.py';
import runtimeCells from './py/runtime/cells.py';
import runtimeCollect from './py/runtime/collect.py';
import runtimeCompilerSupport from './py/runtime/compiler_support.py';
import runtimeDoubleDouble from './py/runtime/double_double.py';
import runtimeErrors from './py/runtime/errors.py';
import runtimeFastMath from './py/runtime/fast_math.py';
import runtimeFloatExact from './py/runtime/float_exact.py';
import runtimeFloatPow from './py/runtime/float_pow.py';
import runtimeFloatShortest from './py/runtime/float_shortest.py';
import runtimeFloatText from './py/runtime/float_text.py';
import runtimeGamma from './py/runtime/gamma.py';
import runtimeGenerators from './py/runtime/generators.py';
import runtimeIndexing from './py/runtime/indexing.py';
import runtimeInput from './py/runtime/input.py';
import runtimeIntBits from './py/runtime/int_bits.py';
import runtimeIntDiv from './py/runtime/int_div.py';
import runtimeIntFloat from './py/runtime/int_float.py';
import runtimeIntMul from './py/runtime/int_mul.py';
import runtimeIntOps from './py/runtime/int_ops.py';
import runtimeIntText from './py/runtime/int_text.py';
import runtimeMathMore from './py/runtime/math_more.py';
import runtimeMathTables from './py/runtime/math_tables.py';
import runtimeOutput from './py/runtime/output.py';
import runtimePackReader from './py/runtime/pack_reader.py';
import runtimePackWriter from './py/runtime/pack_writer.py';
import runtimePowerTable from './py/runtime/power_table.py';
import runtimePowers from './py/runtime/powers.py';
import runtimeReprGuard from './py/runtime/repr_guard.py';
import runtimeStart from './py/runtime/start.py';
import runtimeText from './py/runtime/text.py';
import runtimeTextBuilder from './py/runtime/text_builder.py';
import runtimeTraceback from './py/runtime/traceback.py';
import runtimeTrig from './py/runtime/trig.py';
import runtimeTypeObjects from './py/runtime/type_objects.py';

/** Path (`runtime/alloc.py`) to source text. */
export const stdlibSources: ReadonlyMap<string, string> = new Map([
  ['builtins/bool.py', builtinsBool],
  ['builtins/bytes.py', builtinsBytes],
  ['builtins/bytes_ops.py', builtinsBytesOps],
  ['builtins/char_class.py', builtinsCharClass],
  ['builtins/dict.py', builtinsDict],
  ['builtins/dict_views.py', builtinsDictViews],
  ['builtins/exception_classes.py', builtinsExceptionClasses],
  ['builtins/exceptions.py', builtinsExceptions],
  ['builtins/float.py', builtinsFloat],
  ['builtins/float_ops.py', builtinsFloatOps],
  ['builtins/functions.py', builtinsFunctions],
  ['builtins/hash.py', builtinsHash],
  ['builtins/int.py', builtinsInt],
  ['builtins/int_methods.py', builtinsIntMethods],
  ['builtins/iterators.py', builtinsIterators],
  ['builtins/list.py', builtinsList],
  ['builtins/list_sort.py', builtinsListSort],
  ['builtins/object.py', builtinsObject],
  ['builtins/range.py', builtinsRange],
  ['builtins/set.py', builtinsSet],
  ['builtins/set_classes.py', builtinsSetClasses],
  ['builtins/slice.py', builtinsSlice],
  ['builtins/str.py', builtinsStr],
  ['builtins/str_case.py', builtinsStrCase],
  ['builtins/str_core.py', builtinsStrCore],
  ['builtins/str_find.py', builtinsStrFind],
  ['builtins/str_format.py', builtinsStrFormat],
  ['builtins/str_percent.py', builtinsStrPercent],
  ['builtins/str_repr.py', builtinsStrRepr],
  ['builtins/str_split.py', builtinsStrSplit],
  ['builtins/str_template.py', builtinsStrTemplate],
  ['builtins/text_codec.py', builtinsTextCodec],
  ['builtins/tuple.py', builtinsTuple],
  ['builtins/unicode_tables.py', builtinsUnicodeTables],
  ['lib/_collections.py', libCoreCollections],
  ['lib/_combinatorics.py', libCoreCombinatorics],
  ['lib/_itertools.py', libCoreItertools],
  ['lib/_math.py', libCoreMath],
  ['lib/_random.py', libCoreRandom],
  ['lib/_sys.py', libCoreSys],
  ['lib/bisect.py', libBisect],
  ['lib/collections.py', libCollections],
  ['lib/dataclasses.py', libDataclasses],
  ['lib/functools.py', libFunctools],
  ['lib/heapq.py', libHeapq],
  ['lib/itertools.py', libItertools],
  ['lib/json.py', libJson],
  ['lib/math.py', libMath],
  ['lib/random.py', libRandom],
  ['lib/string.py', libString],
  ['lib/sys.py', libSys],
  ['lib/molt.py', libMolt],
  ['lib/_molt.py', libMoltCall],
  ['lib/time.py', libTime],
  ['runtime/abi.py', runtimeAbi],
  ['runtime/alloc.py', runtimeAlloc],
  ['runtime/boxes.py', runtimeBoxes],
  ['runtime/cells.py', runtimeCells],
  ['runtime/collect.py', runtimeCollect],
  ['runtime/compiler_support.py', runtimeCompilerSupport],
  ['runtime/double_double.py', runtimeDoubleDouble],
  ['runtime/errors.py', runtimeErrors],
  ['runtime/fast_math.py', runtimeFastMath],
  ['runtime/float_exact.py', runtimeFloatExact],
  ['runtime/float_pow.py', runtimeFloatPow],
  ['runtime/float_shortest.py', runtimeFloatShortest],
  ['runtime/float_text.py', runtimeFloatText],
  ['runtime/gamma.py', runtimeGamma],
  ['runtime/generators.py', runtimeGenerators],
  ['runtime/indexing.py', runtimeIndexing],
  ['runtime/input.py', runtimeInput],
  ['runtime/int_bits.py', runtimeIntBits],
  ['runtime/int_div.py', runtimeIntDiv],
  ['runtime/int_float.py', runtimeIntFloat],
  ['runtime/int_mul.py', runtimeIntMul],
  ['runtime/int_ops.py', runtimeIntOps],
  ['runtime/int_text.py', runtimeIntText],
  ['runtime/math_more.py', runtimeMathMore],
  ['runtime/math_tables.py', runtimeMathTables],
  ['runtime/output.py', runtimeOutput],
  ['runtime/pack_reader.py', runtimePackReader],
  ['runtime/pack_writer.py', runtimePackWriter],
  ['runtime/power_table.py', runtimePowerTable],
  ['runtime/powers.py', runtimePowers],
  ['runtime/repr_guard.py', runtimeReprGuard],
  ['runtime/start.py', runtimeStart],
  ['runtime/text.py', runtimeText],
  ['runtime/text_builder.py', runtimeTextBuilder],
  ['runtime/traceback.py', runtimeTraceback],
  ['runtime/trig.py', runtimeTrig],
  ['runtime/type_objects.py', runtimeTypeObjects],
]);
