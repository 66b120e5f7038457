// @ts-check
// Which topics a selector means: the hub's own rule, needed here because the shared stream carries what
// all tabs want, and each tab gets its own.

/**
 * @param {string} selector a topic, or a pattern: a level `*` is any one level, a last `**` one or more
 * @param {string} topic
 */
export function selects(selector, topic) {
  const wanted = selector.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '**' && index === wanted.length - 1) {
      return levels.length > index;
    }

    if (index === levels.length || (level !== '*' && level !== levels[index])) {
      return false;
    }
  }

  return levels.length === wanted.length;
}
