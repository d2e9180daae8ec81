/** Types of literals. */
import type { PyConstant } from '../ast/nodes.ts';
import { BOOL, ELLIPSIS, FLOAT, INT, NONE, type Type } from '../types/type.ts';
import { classType } from './annotations.ts';
import { builtin, type Ctx, strType } from './context.ts';

export function constantType(c: Ctx, value: PyConstant): Type {
  switch (value.type) {
    case 'int':
      return INT;
    case 'float':
      return FLOAT;
    case 'bool':
      return BOOL;
    case 'str':
      return strType(c);
    case 'bytes':
      return classType(builtin(c, 'bytes'));
    case 'none':
      return NONE;
    default:
      return ELLIPSIS;
  }
}
