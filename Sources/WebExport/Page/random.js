// xoshiro256** 1.0 (Blackman and Vigna 2018), seeded through SplitMix64, as Recurrent/Xoshiro256.swift
// has it: a seed draws the same numbers here. Words are BigInts of 64 bits.
class Xoshiro256 {
  /// - state: four words.
  constructor(state) {
    this.state = [...state];
  }

  /// The generator of a seed and a path of numbers.
  static of(seed, path = []) {
    let mixer = splitMix64(seed);
    for (const part of path) mixer = splitMix64(mixer() ^ part);
    return new Xoshiro256([mixer(), mixer(), mixer(), mixer()]);
  }

  next() {
    const s = this.state;
    const result = word(rotated(word(s[1] * 5n), 7n) * 9n);
    const shifted = word(s[1] << 17n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotated(s[3], 45n);
    return result;
  }

  /// In [0, 1), from the upper 53 bits of one draw.
  fraction() {
    return Number(this.next() >> 11n) * 2 ** -53;
  }
}

function word(value) {
  return BigInt.asUintN(64, value);
}

function rotated(value, count) {
  return word(value << count) | (value >> (64n - count));
}

function splitMix64(seed) {
  let state = seed;
  return () => {
    state = word(state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = word((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = word((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
}
