using System.Text.Json;
using Microsoft.Extensions.Localization;

namespace SseAspire.Web.Texts;

/// <summary>What a page gives its scripts to say, in the page's language; <c>texts.js</c> reads it.</summary>
internal static class ScriptTexts
{
    private const string Prefix = "js.";

    /// <summary>The texts whose keys begin with <c>js.</c>, without that, as a JSON object fit for HTML.</summary>
    public static string Write(params IStringLocalizer[] texts) =>
        JsonSerializer.Serialize(texts
            .SelectMany(text => text.GetAllStrings(includeParentCultures: true))
            .Where(text => text.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(text => text.Name[Prefix.Length..], text => text.Value));
}
