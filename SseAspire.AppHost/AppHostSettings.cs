using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace SseAspire.AppHost;

/// <summary>
/// What can be set: in <c>appsettings.json</c>, by environment variable (<c>Web__Port=8090</c>) or by
/// argument (<c>--Web:Port=8090</c>).
/// </summary>
internal sealed class AppHostSettings
{
    /// <summary>The name under which the services look for the broker's connection string.</summary>
    public const string BrokerName = "broker";

    /// <summary>Which broker to run.</summary>
    public BrokerChoice Broker { get; init; }

    /// <summary>The API's settings.</summary>
    public ApiSettings Api { get; init; } = new();

    /// <summary>The front end's settings.</summary>
    public WebSettings Web { get; init; } = new();

    /// <summary>A Redis that runs already (<c>ConnectionStrings:broker</c>): then none is started.</summary>
    public string? ExternalBroker { get; private set; }

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="InvalidOperationException">A value is no value of its setting; the message names it.</exception>
    public static AppHostSettings Read(IConfiguration configuration)
    {
        var settings = configuration.Get<AppHostSettings>() ?? new();
        settings.ExternalBroker = configuration.GetConnectionString(BrokerName);
        Check(settings.Api, nameof(Api));
        Check(settings.Web, nameof(Web));
        return settings;
    }

    private static void Check(object section, string name)
    {
        var wrong = new List<ValidationResult>();
        if (!Validator.TryValidateObject(section, new ValidationContext(section), wrong, validateAllProperties: true))
        {
            throw new InvalidOperationException($"Setting {name}: {string.Join(' ', wrong)}");
        }
    }

    /// <summary>The API's settings.</summary>
    internal sealed class ApiSettings
    {
        /// <summary>The TCP port at which it is reached.</summary>
        [Range(1, 65535)]
        public int Port { get; init; } = 8081;

        /// <summary>The TCP port at which it is reached over TLS, under the launch profile <c>https</c>.</summary>
        [Range(1, 65535)]
        public int HttpsPort { get; init; } = 8444;

        /// <summary>How many run side by side; unset, the host decides.</summary>
        [Range(1, 16)]
        public int? Replicas { get; init; }

        /// <summary>Where browsers reach it once it is published; unset, where the platform's ingress puts it.</summary>
        [Url]
        public string? PublicUrl { get; init; }
    }

    /// <summary>The front end's settings.</summary>
    internal sealed class WebSettings
    {
        /// <summary>The TCP port at which it is reached.</summary>
        [Range(1, 65535)]
        public int Port { get; init; } = 8080;

        /// <summary>The TCP port at which it is reached over TLS, under the launch profile <c>https</c>.</summary>
        [Range(1, 65535)]
        public int HttpsPort { get; init; } = 8443;

        /// <summary>Where browsers reach it once it is published; unset, where the platform's ingress puts it.</summary>
        [Url]
        public string? PublicUrl { get; init; }
    }
}
