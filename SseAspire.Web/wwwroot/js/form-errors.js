// @ts-check
// What is wrong with a form, said beside its fields.

/**
 * Shows errors in the elements that are marked for their fields (`data-error-for`), takes away those that no
 * longer hold, and goes to the first field that is wrong.
 * @param {HTMLFormElement} form
 * @param {Record<string, string[]>} errors by the field's name
 */
export function showErrors(form, errors) {
  let first = true;
  for (const place of form.querySelectorAll('[data-error-for]')) {
    const name = /** @type {HTMLElement} */ (place).dataset.errorFor ?? '';
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    const wrong = errors[name];
    place.textContent = wrong?.join(' ') ?? '';
    if (!wrong) {
      input.removeAttribute('aria-invalid');
      continue;
    }

    input.setAttribute('aria-invalid', 'true');
    if (first) {
      input.focus();
      first = false;
    }
  }
}
