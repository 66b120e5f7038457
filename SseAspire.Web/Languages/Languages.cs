using System.Globalization;
using Microsoft.AspNetCore.Localization;
using SseAspire.Web.Texts;

namespace SseAspire.Web.Languages;

/// <summary>
/// The languages that the pages speak. A visitor's is what the address says (<c>?lang=ru</c>, the switch at the top
/// of each page), else what they chose last, else what their browser asks for (<c>Accept-Language</c>), else English.
/// </summary>
internal static class Languages
{
    /// <summary>In the query of an address.</summary>
    public const string QueryKey = "lang";

    private const string CookieName = "language";

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>All of them, the first one for who asks for another.</summary>
    public static IReadOnlyList<CultureInfo> All { get; } = [new("en"), new("ru")];

    public static IServiceCollection AddLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        return services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(All[0]);
            options.SupportedCultures = options.SupportedUICultures = [.. All];
            options.ApplyCurrentCultureToResponseHeaders = true;
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { QueryStringKey = QueryKey, UIQueryStringKey = QueryKey, Options = options },
                new CookieRequestCultureProvider { CookieName = CookieName, Options = options },
                new AcceptLanguageHeaderRequestCultureProvider { Options = options },
            ];
        });
    }

    /// <summary>Validation speaks the page's language: the error messages of the attributes are keys of its texts.</summary>
    public static IMvcBuilder AddValidationTexts(this IMvcBuilder mvc) =>
        mvc.AddDataAnnotationsLocalization(options =>
            options.DataAnnotationLocalizerProvider = (_, texts) => texts.Create(typeof(LiveTexts)));

    /// <summary>Finds the visitor's language for what follows, and remembers one that the address chose.</summary>
    public static IApplicationBuilder UseLanguages(this IApplicationBuilder app)
    {
        app.UseRequestLocalization();
        return app.Use((context, next) =>
        {
            // A cache in between must not give one visitor's language to another.
            context.Response.Headers.AppendCommaSeparatedValues("Vary", "Accept-Language", "Cookie");
            if (context.Features.Get<IRequestCultureFeature>() is { Provider: QueryStringRequestCultureProvider } chosen)
            {
                context.Response.Cookies.Append(
                    CookieName,
                    CookieRequestCultureProvider.MakeCookieValue(chosen.RequestCulture),
                    new CookieOptions
                    {
                        MaxAge = Remembered,
                        HttpOnly = true,
                        IsEssential = true,
                        SameSite = SameSiteMode.Lax,
                        Secure = context.Request.IsHttps,
                    });
            }

            return next(context);
        });
    }

    /// <summary>
    /// The address of this very page in a language, relative to it: the Host header and the path are the client's to choose,
    /// and a link made of them could lead elsewhere.
    /// </summary>
    public static string AddressIn(this HttpRequest request, CultureInfo language)
    {
        var query = request.Query.Where(pair => pair.Key != QueryKey)
            .SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value))
            .Append(new(QueryKey, language.Name));
        return QueryString.Create(query).ToString();
    }
}
