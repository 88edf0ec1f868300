import { flask } from './flask.mjs';
import { gunicorn } from './gunicorn.mjs';
import { nest } from './nest.mjs';
import { nginxLua } from './nginx-lua.mjs';
import { raw } from './raw.mjs';
import { rollcall } from './rollcall.mjs';

/**
 * What is measured. A variant has a `name`, a `title` for the report, `programs` that it needs, and
 * `launch({ node, port, site })`, which resolves to `{ command, env, cwd, isQuiet }`; `onNode` says whether it runs on a Node
 * of ours, and so once on each. `isQuiet` drops what it writes.
 */
export const VARIANTS = [rollcall, raw, nginxLua, nest, gunicorn, flask];
