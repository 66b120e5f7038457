using System.Globalization;

namespace SseAspire.AppHost.Tests;

/// <summary>What is deployed to Azure Container Apps: docs/deploy.md.</summary>
public sealed class ContainerAppTests
{
    /// <summary>What the platform's ingress gives a request: learn.microsoft.com/azure/container-apps/ingress-overview.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(240);

    public static TheoryData<string> Services => ["producer", "api", "demonstration", "web"];

    public static TheoryData<string> Hubs => ["api", "demonstration"];

    [Fact]
    public void There_is_a_template_for_each_part() => Assert.Equal(["api", "broker", "demonstration", "producer", "web"], ContainerApp.Names);

    [Theory]
    [MemberData(nameof(Services))]
    public void The_platform_asks_whether_it_is_ready_and_whether_it_lives(string name)
    {
        var probes = ContainerApp.Read(name).Probes;

        Assert.Equal(name == "producer" ? "/alive" : "/health", probes["Readiness"]);
        Assert.Equal("/alive", probes["Liveness"]);
        Assert.Equal("/alive", probes["Startup"]);
    }

    [Theory]
    [InlineData("api", "true")]
    [InlineData("demonstration", "true")]
    [InlineData("web", "true")]
    [InlineData("producer", "false")]
    [InlineData("broker", "false")]
    public void Only_the_hubs_and_the_front_end_are_reached_from_outside_and_over_TLS_alone(string name, string external)
    {
        var app = ContainerApp.Read(name);

        Assert.Equal(external, app["properties/configuration/ingress/external"]);
        if (external == "true")
        {
            Assert.Equal("false", app["properties/configuration/ingress/allowInsecure"]);
            Assert.Equal("true", app.Environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        }
    }

    [Theory]
    [MemberData(nameof(Hubs))]
    public void Streams_end_by_themselves_before_the_ingress_ends_them(string name)
    {
        var lifetime = Duration(name, "Hub__MaxLifetime");

        // Spread by a tenth.
        Assert.InRange(1.1 * lifetime, TimeSpan.Zero, RequestTimeout - TimeSpan.FromSeconds(5));
    }

    [Theory]
    [MemberData(nameof(Hubs))]
    public void The_platform_waits_for_a_drain_to_end(string name)
    {
        var grace = ContainerApp.Read(name)["properties/template/terminationGracePeriodSeconds"];

        // After the drain the host may take ten seconds to end.
        Assert.True(
            TimeSpan.FromSeconds(int.Parse(grace, CultureInfo.InvariantCulture)) > Duration(name, "Hub__DrainTime") + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void The_hub_runs_twice_at_least_and_the_log_once_at_most()
    {
        Assert.Equal("2", ContainerApp.Read("api")["properties/template/scale/minReplicas"]);
        Assert.Equal("2", ContainerApp.Read("web")["properties/template/scale/minReplicas"]);
        Assert.Equal("1", ContainerApp.Read("broker")["properties/template/scale/minReplicas"]);
        Assert.Equal("1", ContainerApp.Read("broker")["properties/template/scale/maxReplicas"]);
        Assert.Equal("1", ContainerApp.Read("producer")["properties/template/scale/maxReplicas"]);
    }

    [Fact]
    public void The_log_is_on_a_volume_and_an_answered_write_on_disk()
    {
        var broker = ContainerApp.Read("broker");

        Assert.Equal("/data", broker["properties/template/containers/0/volumeMounts/0/mountPath"]);
        Assert.EndsWith("--appendonly yes --appendfsync always", broker["properties/template/containers/0/args/1"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_visitor_stays_with_one_front_end() =>
        Assert.Equal("sticky", ContainerApp.Read("web")["properties/configuration/ingress/stickySessions/affinity"]);

    [Fact]
    public void Browsers_and_front_end_reach_the_hub_over_TLS()
    {
        const string Domain = "{{ .Env.AZURE_CONTAINER_APPS_ENVIRONMENT_DEFAULT_DOMAIN }}";

        Assert.Contains($"value: https://web.{Domain}", ContainerApp.TextOf("api"), StringComparison.Ordinal);
        var web = ContainerApp.Read("web").Environment;
        Assert.StartsWith("https://api.", web["Api__PublicUrl"], StringComparison.Ordinal);
        Assert.Equal(web["Api__PublicUrl"], web["services__api__https__0"]);
        Assert.Contains($"value: https://web.{Domain}", ContainerApp.TextOf("demonstration"), StringComparison.Ordinal);
        Assert.StartsWith("https://demonstration.", web["Demonstration__PublicUrl"], StringComparison.Ordinal);
        Assert.Equal(web["Demonstration__PublicUrl"], web["services__demonstration__https__0"]);
    }

    [Theory]
    [InlineData("broker")]
    [MemberData(nameof(Services))]
    public void Secrets_are_secrets(string name)
    {
        var app = ContainerApp.Read(name);

        var secrets = app.Environment.Where(variable => variable.Key.EndsWith("Key", StringComparison.Ordinal)
            || variable.Key.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
            || variable.Key.Contains("PASSWORD", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(secrets);
        Assert.All(secrets, secret => Assert.StartsWith("secret:", secret.Value, StringComparison.Ordinal));
        Assert.Equal(secrets.Select(secret => secret.Value["secret:".Length..]).Distinct().Order(), app.Secrets.Order());
    }

    private static TimeSpan Duration(string name, string setting) =>
        TimeSpan.Parse(ContainerApp.Read(name).Environment[setting], CultureInfo.InvariantCulture);
}
