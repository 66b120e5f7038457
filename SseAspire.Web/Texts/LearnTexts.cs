namespace SseAspire.Web.Texts;

/// <summary>The words of the page that explains: see <see cref="SiteTexts"/>.</summary>
internal sealed class LearnTexts;
