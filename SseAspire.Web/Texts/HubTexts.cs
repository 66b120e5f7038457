namespace SseAspire.Web.Texts;

/// <summary>The words of the hub's own page: see <see cref="SiteTexts"/>.</summary>
internal sealed class HubTexts;
