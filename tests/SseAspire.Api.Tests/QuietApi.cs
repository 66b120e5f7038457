using SseAspire.Testing;

namespace SseAspire.Api.Tests;

/// <summary>
/// An API whose first heartbeat is 15 s away, so that a reader which is cut early has received the opening frame alone.
/// </summary>
public sealed class QuietApi(SharedApi shared) : IAsyncLifetime
{
    private ServiceProcess? _api;

    internal ServiceProcess Api => _api!;

    /// <summary>An origin whose pages may read: a free port, for a page that a test serves.</summary>
    public Uri AllowedOrigin { get; } = new($"http://127.0.0.1:{ServiceProcess.FreePort()}");

    public async ValueTask InitializeAsync() => _api = await shared.StartAnotherAsync(
        ("Cors__Origins__0", AllowedOrigin.GetLeftPart(UriPartial.Authority)),
        // As htmx's event streams need it.
        ("Cors__Credentials", "true"),
        ("Hub__Heartbeat", "00:00:15"),
        ("Hub__Retry", "00:00:00.200"));

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
    }
}
