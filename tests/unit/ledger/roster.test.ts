import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateRoster, type Member, type Stated } from '../../../lib/ledger/roster.ts';
import type { Genesis, Role, Said, Statement } from '../../../lib/ledger/statements.ts';

const names = ['founder', 'ann', 'ben', 'cem', 'dia', 'eva'] as const;
type Name = (typeof names)[number];
const key = (name: Name) => new Uint8Array(32).fill(names.indexOf(name) + 1);
const id = (name: Name) => bytesToHex(key(name));
const hash = (number: number) => new Uint8Array(32).fill(0x80 + number);
const genesis: Genesis = {
  name: 'founder',
  seal: key('founder'),
  recovery: new Uint8Array(32),
  vault: new Uint8Array(32),
  salt: new Uint8Array(16),
};

const admit = (name: Name, role: Role = 'owner'): Statement => ({
  admit: { device: key(name), seal: key(name), name, role },
});
const cut = (name: Name, seq: number, branch?: Said<'cut'>['branch']): Statement => ({
  cut: {
    device: key(name),
    seq,
    hash: branch?.hashes.at(-1) ?? hash(seq),
    ...(branch && { branch }),
  },
});
const demote = (name: Name, seq: number, role: Role): Statement => ({
  demote: { device: key(name), seq, hash: hash(seq), role },
});
const recover = (number: number): Statement => ({
  recover: { number, seal: hash(9), name: 'recovered', proof: new Uint8Array(64) },
});
const retire: Statement = { retire: null };

/** What each says, with the seq at which. */
type Said_ = Partial<Record<Name, readonly (readonly [number, Statement])[]>>;

function roster(said: Said_, forks: Partial<Record<Name, number>> = {}) {
  const found = evaluateRoster({
    founder: key('founder'),
    genesis,
    statements: new Map(
      Object.entries(said).map(([name, all]): [string, Stated[]] => [
        id(name as Name),
        all.map(([seq, statement]) => ({ seq, statement })),
      ]),
    ),
    forks: new Map(Object.entries(forks).map(([name, seq]) => [id(name as Name), seq])),
  });
  const of = (name: Name): Member => {
    const member = found.get(id(name));
    if (!member) throw new Error(`${name} is no member`);
    return member;
  };
  const order = [...found.keys()].map((device) => names.find((name) => id(name) === device));
  return { of, order, has: (name: Name) => found.has(id(name)) };
}

describe('who belongs', () => {
  test('the founder alone, at first', () => {
    const { of, order } = roster({});
    expect(order).toEqual(['founder']);
    expect(of('founder')).toMatchObject({ role: 'owner', depth: 0, limit: Infinity, end: null });
  });

  test('whom an owner admits, and whom those admit', () => {
    const { of, order } = roster({
      founder: [[2, admit('ann')]],
      ann: [[1, admit('ben', 'editor')]],
    });
    expect(order).toEqual(['founder', 'ann', 'ben']);
    expect(of('ben')).toMatchObject({ role: 'editor', depth: 2, writes: Infinity, rules: 0 });
  });

  test.each(['editor', 'reader'] as const)('not whom an %s admits', (role) => {
    const { has } = roster({ founder: [[2, admit('ann', role)]], ann: [[1, admit('ben')]] });
    expect(has('ben')).toBe(false);
  });

  test('not whom somebody admits who is not there', () => {
    expect(
      roster({
        ann: [
          [1, admit('ann')],
          [2, admit('ben')],
        ],
      }).order,
    ).toEqual(['founder']);
  });

  test('a reader writes nothing, an editor says nothing about others', () => {
    const { of } = roster({
      founder: [
        [2, admit('ann', 'reader')],
        [3, admit('ben', 'editor')],
      ],
    });
    expect(of('ann')).toMatchObject({ writes: 0, rules: 0, limit: Infinity });
    expect(of('ben')).toMatchObject({ writes: Infinity, rules: 0, limit: Infinity });
  });

  test('not whose notes could not be told from those of a more senior member', () => {
    const twin = key('ann').fill(7, 4);
    const { of, order } = roster({
      founder: [
        [2, admit('ann')],
        [3, { admit: { device: twin, seal: twin, name: 'x', role: 'owner' } }],
      ],
    });
    expect(order).toEqual(['founder', 'ann']);
    expect(of('ann').limit).toBe(Infinity);
  });
});

describe('seniority', () => {
  test('is the length of the path, then its seqs', () => {
    const { order } = roster({
      founder: [
        [2, admit('ben')],
        [3, admit('ann')],
      ],
      ben: [[9, admit('dia')]],
      ann: [[1, admit('cem')]],
    });
    expect(order).toEqual(['founder', 'ben', 'ann', 'dia', 'cem']);
  });

  test('is that of the more senior admission, and the role the higher of the two', () => {
    const { of, order } = roster({
      founder: [
        [2, admit('ann')],
        [3, admit('cem', 'reader')],
        [4, admit('ben')],
      ],
      ann: [[5, admit('cem', 'editor')]],
    });
    expect(order).toEqual(['founder', 'ann', 'cem', 'ben']);
    expect(of('cem')).toMatchObject({ role: 'editor', depth: 1 });
  });

  test('a junior cannot promote', () => {
    const { of } = roster({
      founder: [
        [2, admit('ann', 'editor')],
        [3, admit('ben')],
      ],
      ben: [[1, admit('ann')]],
    });
    expect(of('ann').role).toBe('editor');
  });

  test('of two that remove each other, the senior stands', () => {
    const { of } = roster({
      founder: [
        [2, admit('ann')],
        [3, admit('ben')],
      ],
      ann: [[1, cut('ben', 0)]],
      ben: [[1, cut('ann', 0)]],
    });
    expect(of('ann')).toMatchObject({ limit: Infinity, end: null });
    expect(of('ben')).toMatchObject({ limit: 0, end: { why: 'cut', by: id('ann'), seq: 1 } });
  });

  test('nobody cuts or demotes the founder', () => {
    const { of } = roster({
      founder: [[2, admit('ann')]],
      ann: [
        [1, cut('founder', 1)],
        [2, demote('founder', 1, 'reader')],
      ],
    });
    expect(of('founder')).toMatchObject({ limit: Infinity, rules: Infinity });
    expect(of('ann').limit).toBe(Infinity);
  });

  test('what the recovery key endorsed stands above all, the newest first', () => {
    const { of, order } = roster({
      founder: [
        [2, admit('ann')],
        [3, cut('ben', 0)],
        [4, cut('cem', 0)],
      ],
      ben: [
        [1, recover(1)],
        [2, cut('founder', 1)],
        [3, cut('cem', 0)],
      ],
      cem: [
        [1, recover(2)],
        [2, cut('ben', 2)],
      ],
    });
    expect(order).toEqual(['cem', 'ben', 'founder']);
    expect(of('ben')).toMatchObject({ limit: 2, depth: 0 });
    expect(of('founder').limit).toBe(1);
    expect(of('cem').limit).toBe(Infinity);
  });
});

describe('what ends a log', () => {
  test('of several cuts, the lowest', () => {
    const { of } = roster({
      founder: [
        [2, admit('ann')],
        [3, admit('ben')],
        [4, cut('ben', 7)],
      ],
      ann: [[1, cut('ben', 5)]],
    });
    expect(of('ben')).toMatchObject({ limit: 5, writes: 5, rules: 5, role: 'owner' });
  });

  test('with it falls what it said beyond, also whom it admitted there', () => {
    const said = {
      founder: [
        [2, admit('ann')],
        [9, cut('ann', 3)],
      ],
      ann: [
        [3, admit('ben')],
        [4, admit('cem')],
        [5, cut('ben', 0)],
      ],
      cem: [[1, admit('dia')]],
    } as const;
    const { has, of } = roster(said);
    expect([has('ben'), has('cem'), has('dia')]).toEqual([true, false, false]);
    expect(of('ben').limit).toBe(Infinity);
    const saved = roster({ ...said, founder: [...said.founder, [10, admit('cem', 'editor')]] });
    expect(saved.has('cem')).toBe(true);
    expect(saved.has('dia')).toBe(false);
  });

  test('a cut falls with its author', () => {
    const { of } = roster({
      founder: [
        [2, admit('ann')],
        [3, admit('ben')],
        [4, cut('ann', 0)],
      ],
      ann: [[1, cut('ben', 0)]],
    });
    expect(of('ben').limit).toBe(Infinity);
  });

  test('a retirement is its own word', () => {
    const { of } = roster({
      founder: [[2, admit('ann')]],
      ann: [
        [4, retire],
        [5, admit('ben')],
      ],
    });
    expect(of('ann')).toMatchObject({ limit: 4, end: { why: 'retired' } });
    expect(
      roster({
        founder: [[2, admit('ann')]],
        ann: [
          [4, retire],
          [5, admit('ben')],
        ],
      }).has('ben'),
    ).toBe(false);
  });

  test('a demotion leaves what was said before', () => {
    const { of } = roster({
      founder: [
        [2, admit('ann')],
        [3, admit('ben')],
        [4, demote('ann', 6, 'editor')],
        [5, demote('ben', 2, 'reader')],
      ],
    });
    expect(of('ann')).toMatchObject({
      role: 'editor',
      rules: 6,
      writes: Infinity,
      limit: Infinity,
    });
    expect(of('ben')).toMatchObject({ role: 'reader', rules: 2, writes: 2, limit: Infinity });
  });
});

describe('a fork', () => {
  const said = {
    founder: [[2, admit('ann')]],
    ann: [
      [2, admit('ben')],
      [5, admit('cem')],
    ],
  } as const;
  const branch = { from: 4, hashes: [hash(4), hash(5), hash(6)] };

  test('from it on nothing counts', () => {
    const { of, has } = roster(said, { ann: 4 });
    expect(of('ann')).toMatchObject({ limit: 3, end: { why: 'fork', seq: 4 }, branch: null });
    expect([has('ben'), has('cem')]).toEqual([true, false]);
  });

  test('unless a senior says which history stands, as far as it is named', () => {
    const { of, has } = roster(
      { ...said, founder: [...said.founder, [3, cut('ann', 6, branch)]] },
      { ann: 4 },
    );
    expect(of('ann')).toMatchObject({ limit: 6, branch });
    expect(has('cem')).toBe(true);
  });

  test('what a junior says of it does not count', () => {
    const { of } = roster({ ...said, ben: [[1, cut('ann', 6, branch)]] }, { ann: 4 });
    expect(of('ann')).toMatchObject({ limit: 3, branch: null });
  });

  test('a branch of another fork says nothing about this one', () => {
    const { of } = roster(
      { ...said, founder: [...said.founder, [3, cut('ann', 6, branch)]] },
      { ann: 3 },
    );
    expect(of('ann')).toMatchObject({ limit: 2, branch: null });
  });

  test('a cut on another history than the one that stands says nothing', () => {
    const other: Statement = { cut: { device: key('ann'), seq: 5, hash: hash(99) } };
    const { of } = roster(
      { ...said, founder: [...said.founder, [3, cut('ann', 6, branch)], [4, other]] },
      { ann: 4 },
    );
    expect(of('ann').limit).toBe(6);
  });

  test('a cut below it counts whatever the history', () => {
    const { of } = roster(
      { ...said, founder: [...said.founder, [3, cut('ann', 6, branch)], [4, cut('ann', 1)]] },
      { ann: 4 },
    );
    expect(of('ann').limit).toBe(1);
  });
});

const aName = fc.constantFrom(...names);
const aStatement = fc.oneof(
  fc
    .tuple(aName, fc.constantFrom<Role>('owner', 'owner', 'editor', 'reader'))
    .map(([name, role]) => admit(name, role)),
  fc.tuple(aName, fc.nat(4)).map(([name, seq]) => cut(name, seq)),
  fc
    .tuple(aName, fc.nat(4), fc.constantFrom<Role>('editor', 'reader'))
    .map(([name, seq, role]) => demote(name, seq, role)),
  fc.constant(retire),
  fc.nat(2).map((number) => recover(number + 1)),
);
/** What each says, one statement after the other. */
const anySaid = fc.array(fc.tuple(aName, aStatement), { maxLength: 14 }).map((all): Said_ => {
  const said: Partial<Record<Name, [number, Statement][]>> = {};
  for (const name of ['founder', 'ann', 'ben'] as const) said[name] = [];
  said.founder?.push([1, admit('ann')], [2, admit('ben')]);
  for (const [name, statement] of all) {
    const own = (said[name] ??= []);
    own.push([own.length + 1, statement]);
  }
  return said;
});
const someForks = fc.dictionary(
  fc.constantFrom<Name>('ann', 'ben', 'cem'),
  fc.integer({ min: 1, max: 4 }),
  { maxKeys: 2 },
);

const whole = (said: Said_, forks: Partial<Record<Name, number>>) => {
  const { order, of } = roster(said, forks);
  return order.map((name) => [name, of(name!)]);
};

test('the order in which devices are asked makes no difference', () => {
  fc.assert(
    fc.property(
      anySaid,
      someForks,
      fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      (said, forks, random) => {
        const places = Object.keys(said).map((name, index) => ({ name, at: random[index]! }));
        const again = Object.fromEntries(
          places.sort((a, b) => a.at - b.at).map(({ name }) => [name, said[name as Name]]),
        );
        expect(whole(again, forks)).toEqual(whole(said, forks));
        expect(whole(said, forks)).toEqual(whole(said, forks));
      },
    ),
    { numRuns: 500 },
  );
});

test('what a junior adds changes nothing about its seniors', () => {
  const added = aStatement.filter((statement) => !('recover' in statement));
  fc.assert(
    fc.property(anySaid, someForks, fc.nat(), added, (said, forks, which, statement) => {
      const before = roster(said, forks);
      const at = which % before.order.length;
      const junior = before.order[at]!;
      const own = said[junior] ?? [];
      const after = roster({ ...said, [junior]: [...own, [own.length + 1, statement]] }, forks);
      for (const senior of before.order.slice(0, at)) {
        expect(after.of(senior!)).toEqual(before.of(senior!));
      }
      expect(after.order.slice(0, at)).toEqual(before.order.slice(0, at));
    }),
    { numRuns: 1_000 },
  );
});
