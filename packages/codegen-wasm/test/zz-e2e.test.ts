/// <reference lib="dom" />
import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import { compileTargets } from '../../core/src/index.ts';
import { createInstance } from '../../runtime/src/index.ts';
import { compileNative } from '../../codegen-native/src/driver.ts';
import { spawnSync } from 'node:child_process';
it('e2e', async () => {
  const src = readFileSync(process.env.SRC ?? '/dev/null', 'utf8') || 'print("hello", 1+2)\n';
  const t0 = performance.now();
  const r = compileTargets(src, ['wasm', 'native-c'], { mode: 'script', opt: 2, emit: (process.env.EMIT ?? '').split(',').filter(Boolean) as never });
  console.log('compile', performance.now() - t0, r.diagnostics.map((d) => d.message), r.stats);
  for (const [k, v] of r.texts) { require('node:fs').writeFileSync(`/tmp/e2e/out.${k}`, v); }
  const w = r.artifacts.get('wasm'); const n = r.artifacts.get('native-c');
  if (w?.kind === 'wasm') {
    console.log('wasm bytes', w.bytes.length);
    require('node:fs').writeFileSync('/tmp/e2e/out.wasm', w.bytes);
    let out = '';
    const m = new WebAssembly.Module(w.bytes);
    const t1 = performance.now();
    const i = createInstance(m as never, { write: (fd, b) => { out += new TextDecoder().decode(b); } }, { script: true });
    try { const a = i.init(); console.log('wasm', performance.now() - t1, a); } catch (e) { console.log(e); }
    console.log(out.slice(-1500));
  }
  if (n?.kind === 'native-c') {
    const t2 = performance.now();
    const c = await compileNative(n.outputs.get('exe')!, { outDir: '/tmp/e2e/native', opt: (Number(process.env.OPT ?? 2)) as 2 });
    console.log('cc', performance.now() - t2, c, n.outputs.get('exe')!.units.map((u) => [u.name, u.text.split('\n').length]));
    const t3 = performance.now();
    const s = spawnSync(c.path, { encoding: 'utf8', maxBuffer: 1 << 26 });
    console.log('native', performance.now() - t3, s.status, s.stdout.slice(-1500), s.stderr.slice(-1500));
  }
}, 200000);
