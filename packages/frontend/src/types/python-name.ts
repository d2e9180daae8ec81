/** The name that Python programs see: `type(x).__name__`. */
import type { Type } from './type.ts';

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
      return type.cls.name === 'vtuple' ? 'tuple' : type.cls.name;
    case 'any':
    case 'ref':
      return 'object';
    default:
      return type.k;
  }
}
