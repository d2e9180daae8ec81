/** The name that Python programs see: `type(x).__name__`. */
import type { ClassInfo } from '../program/class-info.ts';
import type { Type } from './type.ts';

/** Classes of the standard library that are variants of one class of Python, or spelled apart. */
const PYTHON_NAMES: Readonly<Record<string, string>> = {
  vtuple: 'tuple',
  zip_one: 'zip',
  zip_two: 'zip',
  zip_three: 'zip',
  zip_rows: 'zip',
  map_one: 'map',
  map_two: 'map',
  map_three: 'map',
  dict_key_iterator: 'dict_keyiterator',
  dict_value_iterator: 'dict_valueiterator',
  dict_item_iterator: 'dict_itemiterator',
  list_reverse_iterator: 'list_reverseiterator',
  sequence_reverse_iterator: 'reversed',
  sequence_iterator: 'iterator',
  nested_generator: 'generator',
  chain_two: 'chain',
  chain_nested: 'chain',
  product_two: 'product',
  product_three: 'product',
  product_power: 'product',
};

export function pythonName(type: Type): string {
  switch (type.k) {
    case 'none':
      return 'NoneType';
    case 'notimpl':
      return 'NotImplementedType';
    case 'func':
      return 'function';
    case 'bound':
      return 'method';
    case 'intrinsic':
      return 'builtin_function_or_method';
    case 'class':
      return 'type';
    case 'i32':
    case 'i64':
      return 'int';
    case 'inst':
      return classPythonName(type.cls);
    case 'any':
    case 'ref':
      return 'object';
    default:
      return type.k;
  }
}

/** `__name__` of a class. */
export function classPythonName({ builtin, name }: Pick<ClassInfo, 'builtin' | 'name'>): string {
  return builtin && Object.hasOwn(PYTHON_NAMES, name) ? (PYTHON_NAMES[name] as string) : name;
}
