using Microsoft.Extensions.Options;
using SseAspire.Web.Demonstration;

namespace SseAspire.Web.Hub;

/// <summary>How the front end's process reaches the hubs: the API, and by key the demonstration.</summary>
internal static class HubClientRegistration
{
    public static IServiceCollection AddHubClients(this IServiceCollection services)
    {
        services.AddOptions<HubKeys>().Configure<IConfiguration>(HubKeys.Read);
        services.AddOptions<HubKeys>(DemonstrationOptions.Hub).Configure<IOptions<DemonstrationOptions>>(HubKeys.Read);
        services.AddHttpClient<HubClient>().To("api");
        services.AddHttpClient(DemonstrationOptions.Hub).To(DemonstrationOptions.Hub);
        services.AddKeyedTransient(DemonstrationOptions.Hub, (provider, _) => ActivatorUtilities.CreateInstance<HubClient>(
            provider,
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(DemonstrationOptions.Hub),
            Options.Create(provider.GetRequiredService<IOptionsMonitor<HubKeys>>().Get(DemonstrationOptions.Hub))));
        return services;
    }

    private static void To(this IHttpClientBuilder client, string hub)
    {
        client.ConfigureHttpClient(http => http.BaseAddress = new Uri($"https+http://{hub}"));
#pragma warning disable EXTEXP0001 // The only way to take the defaults' retries off one client.
        // A retried POST could publish a notification twice, and a retried poll holds up a page that is
        // better shown without its events. HubClient's own timeouts are all it needs.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
    }
}
