namespace SseAspire.Web.Hub;

/// <summary>How the front end's process reaches the API.</summary>
internal static class HubClientRegistration
{
    public static IServiceCollection AddHubClient(this IServiceCollection services)
    {
        var client = services.AddHttpClient<HubClient>(http => http.BaseAddress = new Uri("https+http://api"));
#pragma warning disable EXTEXP0001 // The only way to take the defaults' retries off one client.
        // A retried POST could publish a notification twice, and a retried poll holds up a page that is
        // better shown without its events. HubClient's own timeouts are all it needs.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        return services;
    }
}
