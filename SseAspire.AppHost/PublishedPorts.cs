using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace SseAspire.AppHost;

/// <summary>
/// The fixed ports of the application. Aspire's orchestrator retries a port that another program uses without a word,
/// so they are checked before anything starts.
/// </summary>
internal static class PublishedPorts
{
    /// <summary>Checks that every fixed port of the services and of the dashboard is free.</summary>
    /// <exception cref="StartException">A port is in use. The message names the setting that changes it.</exception>
    public static void EnsureFree(IDistributedApplicationBuilder builder, AppHostSettings settings)
    {
        if (builder.ExecutionContext.IsPublishMode || builder.Configuration.GetValue<bool>("DcpPublisher:RandomizePorts"))
        {
            return;
        }

        EnsureFree(settings.Web.Port, "the front end", $"--Web:Port={settings.Web.Port + 10}");
        EnsureFree(settings.Api.Port, "the API", $"--Api:Port={settings.Api.Port + 10}");
        if (settings.Demonstration.Enabled != false)
        {
            EnsureFree(settings.Demonstration.Port, "the demonstration", $"--Demonstration:Port={settings.Demonstration.Port + 10}");
        }

        if (ServiceResource.IsHttps(builder))
        {
            EnsureFree(settings.Web.HttpsPort, "the front end", $"--Web:HttpsPort={settings.Web.HttpsPort + 10}");
            EnsureFree(settings.Api.HttpsPort, "the API", $"--Api:HttpsPort={settings.Api.HttpsPort + 10}");
            if (settings.Demonstration.Enabled != false)
            {
                EnsureFree(settings.Demonstration.HttpsPort, "the demonstration", $"--Demonstration:HttpsPort={settings.Demonstration.HttpsPort + 10}");
            }
        }

        EnsureFree(builder.Configuration, "ASPNETCORE_URLS", "the dashboard");
        EnsureFree(builder.Configuration, "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "the dashboard's telemetry endpoint");
        EnsureFree(builder.Configuration, "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", "the dashboard's resource service");
    }

    private static void EnsureFree(ConfigurationManager configuration, string setting, string part)
    {
        foreach (var url in configuration[setting]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Port > 0)
            {
                var other = new UriBuilder(address) { Port = address.Port + 10 }.Uri.GetLeftPart(UriPartial.Authority);
                EnsureFree(address.Port, part, $"--{setting}={other}");
            }
        }
    }

    private static void EnsureFree(int port, string part, string argument)
    {
        if (IsInUse(port))
        {
            throw new StartException(
                $"Port {port}, which {part} needs, is in use by another program. Stop that program, or choose another port: "
                + $"dotnet run --project SseAspire.AppHost -- {argument}");
        }
    }

    // On either address that localhost resolves to.
    private static bool IsInUse(int port) =>
        IsInUse(IPAddress.Loopback, port) || (Socket.OSSupportsIPv6 && IsInUse(IPAddress.IPv6Loopback, port));

    private static bool IsInUse(IPAddress address, int port)
    {
        try
        {
            // Exclusive, because Windows otherwise lets two programs listen on one port.
            using var listener = new TcpListener(address, port) { ExclusiveAddressUse = OperatingSystem.IsWindows() };
            listener.Start();
            return false;
        }
        catch (SocketException e)
        {
            // AccessDenied is what Windows reports for a port in exclusive use.
            return e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied;
        }
    }
}
