/**
 * Which attribute names a module stores from outside a method's `self`, and which it deletes. Such an attribute may be missing from an
 * instance although its class sets it, or be there although its class does not; inference asks before it relies on either.
 */
import type { Node } from '../ast/nodes.ts';
import { forEachChild } from '../ast/walk.ts';

export interface AttributeUses {
  readonly storedAttrs: Set<string>;
  readonly deletedAttrs: Set<string>;
}

export function noteAttributeUses(uses: AttributeUses, node: Node): void {
  if (node.kind === 'Attribute' && node.ctx === 'Store') uses.storedAttrs.add(node.attr);
  else if (node.kind === 'Attribute' && node.ctx === 'Del') uses.deletedAttrs.add(node.attr);
  else if (node.kind === 'Call' && node.func.kind === 'Name' && (node.func.name === 'setattr' || node.func.name === 'delattr')) {
    const name = node.args[1];
    const list = node.func.name === 'setattr' ? uses.storedAttrs : uses.deletedAttrs;
    if (name?.kind === 'Constant' && name.value.type === 'str') list.add(name.value.value);
  }
  forEachChild(node, (child) => noteAttributeUses(uses, child));
}
