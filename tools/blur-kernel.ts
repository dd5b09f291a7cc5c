/**
 * Assembles the WebAssembly kernel of `src/image/segment/gaussian-blur.ts` and prints it in base64:
 *
 *     npx tsx tools/blur-kernel.ts
 *
 * `b(out, pairs, count)`: `count` eights of doubles at `out`, each the sum over a table at `pairs` of the two doubles that lie
 * as far behind its two addresses, times its weight. An entry is (address, address, weight), 16 bytes; the first has one
 * address alone, and the table ends with an address of 0. The sum is formed in the table's order.
 */
import {
  access,
  add,
  assemble,
  type Code,
  constant,
  define,
  load128,
  loop,
  op,
  store128,
  vector,
} from './assemble-wasm.ts'

const loadInt = access(0x28)
const splat = access(0xfd, 0x0a)
const plus = vector(0xf0)
const times = vector(0xf2)
const less = op(0x49)
const EIGHTS = [0, 16, 32, 48]

const blur = define(
  { out: 'i32', pairs: 'i32', count: 'i32' },
  {
    far: 'i32',
    entry: 'i32',
    first: 'i32',
    second: 'i32',
    s0: 'v128',
    s16: 'v128',
    s32: 'v128',
    s48: 'v128',
    weight: 'v128',
  },
  ({ get, set, tee }) => {
    const sum = (offset: number) => `s${offset}` as 's0'
    const at = (name: 'first' | 'second', entryOffset: number): Code =>
      set(name, add(loadInt(entryOffset, get('entry')), get('far')))
    return [
      set('count', op(0x74)(get('count'), constant(6))),
      loop(
        [
          set('entry', get('pairs')),
          at('first', 0),
          set('weight', splat(8, get('entry'))),
          ...EIGHTS.map((k) => set(sum(k), times(load128(k, get('first')), get('weight')))),
          set('entry', add(get('entry'), constant(16))),
          loop(
            [
              at('first', 0),
              at('second', 4),
              set('weight', splat(8, get('entry'))),
              ...EIGHTS.map((k) =>
                set(
                  sum(k),
                  plus(
                    get(sum(k)),
                    times(plus(load128(k, get('first')), load128(k, get('second'))), get('weight')),
                  ),
                ),
              ),
            ],
            loadInt(0, tee('entry', add(get('entry'), constant(16)))),
          ),
          ...EIGHTS.map((k) => store128(k, add(get('out'), get('far')), get(sum(k)))),
        ],
        less(tee('far', add(get('far'), constant(64))), get('count')),
      ),
    ]
  },
)

console.log(assemble({ b: blur }, { import: 'm' }))
