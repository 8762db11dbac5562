// Compiles messages/ for everything but the dev server, which does it by itself.
import { compile } from '@inlang/paraglide-js';
import { paraglide } from './paraglide.js';

await compile(paraglide);
// The compiler leaves timers of half a minute behind; nothing is waiting for them.
process.exit(0);
