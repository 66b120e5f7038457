namespace SseAspire.Producer.Sources;

/// <summary>Tells addresses that can be asked over HTTP from others.</summary>
internal static class WebAddress
{
    public static bool IsValid(Uri? address) =>
        address is { IsAbsoluteUri: true } && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
