/** Maps that hold no more than so many entries. */

/** Makes `key` the entry set last; where that makes more than `most`, the one set longest ago goes. */
export function keepRecent<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as K);
}
