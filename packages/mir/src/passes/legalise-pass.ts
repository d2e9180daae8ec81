/**
 * legalise, as a pass: see legalise/legalise.ts for what it does. It hands the traced values to the roots pass.
 */
import { legaliseModule } from './legalise/legalise.ts';
import { definePass } from './pass.ts';

/** Language level to machine level. */
export const legalise = definePass({
  name: 'legalise',
  doc: 'Turns language ops into machine ops with fast and slow paths.',
  level: 0,
  required: true,
  run: (module, context) => {
    const { module: lowered, traced } = legaliseModule(module, context.facts);
    context.traced = traced;
    return lowered;
  },
});
