/** A 128-bit hash of text, for names of things that are compared by content. */

const primes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

function avalanche(h: number): number {
  let x = h;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** 32 hexadecimal digits: four multiplicative hashes that feed each other with every character. */
export function hashText(text: string): string {
  let [a, b, c, d] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, primes[0]) ^ (d >>> 15);
    b = Math.imul(b ^ (code + 0x51ed), primes[1]) ^ (a >>> 14);
    c = Math.imul(c + code, primes[2]) ^ (b >>> 13);
    d = Math.imul(d ^ (code << 7), primes[3]) ^ (c >>> 12);
  }
  const words = [a ^ text.length, b + d, c ^ a, d + c];
  return words.map((w) => (avalanche(w) >>> 0).toString(16).padStart(8, '0')).join('');
}
