// @ts-check
// The page to try the hub: what its parts have to do with one another.

import { Announcer } from './announcer.js';
import { copyOnClick } from './clipboard.js';
import { keepInAddress } from './console/address.js';
import { Code } from './console/code.js';
import { PublicationForm } from './console/publication.js';
import { Session } from './console/session.js';
import { SubscriptionForm } from './console/subscription.js';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

const { hub = '' } = byId('main').dataset;
const subscription = new SubscriptionForm(byId('subscribe-form'));
const publication = new PublicationForm(byId('publish-form'), byId('publish-outcome'));
const session = new Session(byId('stream'), new Announcer(byId('announcer')), (active) => subscription.showActive(active));
const code = new Code(byId('code'), [subscription.form, publication.form]);

subscription.onConnect = (wanted) => session.start({ hub, ...wanted }, (errors) => subscription.showErrors(errors));
subscription.onDisconnect = () => session.stop();
for (const { form } of [subscription, publication]) {
  form.addEventListener('input', () => {
    keepInAddress(subscription.address(), publication.address());
    code.refresh();
  });
}

copyOnClick(byId('code'));
