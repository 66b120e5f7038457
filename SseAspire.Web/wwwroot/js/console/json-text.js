// @ts-check
// JSON over several lines, as it was written: read and written anew, 9007199254740993 would be another number, and
// of two equal names only one would be left.

/**
 * @param {string} text
 * @returns {string | null} null where it is no JSON object or array
 */
export function prettyJson(text) {
  if (!/^\s*[{[]/.test(text)) {
    return null;
  }

  try {
    JSON.parse(text);
  } catch {
    return null;
  }

  let depth = 0;
  // Strings are taken whole, so that what stands in them parts nothing.
  return text.replace(/"(?:\\.|[^"\\])*"|\s+|([{[])\s*([}\]])|[{}[\],:]/g, (token, opening, closing) => {
    if (opening) return opening + closing;
    const indent = () => `\n${'  '.repeat(depth)}`;
    switch (token) {
      case '{': case '[': depth++; return token + indent();
      case '}': case ']': depth--; return indent() + token;
      case ',': return token + indent();
      case ':': return ': ';
      default: return token.trim() === '' ? '' : token;
    }
  });
}
