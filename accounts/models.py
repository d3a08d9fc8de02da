"""People as Entra ID knows them, with the platform roles their claims gave them at the last sign-in."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

SYSTEM_SUBJECT = "system"


class Role(models.TextChoices):
    """Platform roles. Project membership (lead or developer of a project) is separate: projects.Membership."""

    DEVELOPER = "developer", _("Developer")
    CATALOG_ADMIN = "catalog_admin", _("Catalog admin")
    FINANCE = "finance", _("Finance")
    PLATFORM_ADMIN = "platform_admin", _("Platform admin")


class UserManager(BaseUserManager["User"]):
    """Finds users by what identifies them."""

    def system(self) -> "User":
        """The row that scheduled work acts as."""
        return self.get_or_create(
            subject=SYSTEM_SUBJECT, defaults={"display_name": "Genkan", "is_system": True, "is_active": False}
        )[0]

    def for_claims(self, tenant_id: str, object_id: str) -> "User | None":
        """The user of this tenant and object id, the only stable key Entra ID offers."""
        return self.filter(subject=subject_of(tenant_id, object_id)).first()


def subject_of(tenant_id: str, object_id: str) -> str:
    """The user key: tenant and object id, never e-mail or user principal name (they are reassigned)."""
    return f"{tenant_id.lower()}:{object_id.lower()}"


class User(AbstractBaseUser):
    """A person (or the system itself). No password: Entra ID signs people in."""

    subject = models.CharField(max_length=80, unique=True)
    tenant_id = models.CharField(max_length=36, blank=True)
    object_id = models.CharField(max_length=36, blank=True)
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_system = models.BooleanField(default=False)
    is_developer = models.BooleanField(default=False)
    is_catalog_admin = models.BooleanField(default=False)
    is_finance = models.BooleanField(default=False)
    is_platform_admin = models.BooleanField(default=False)
    roles_checked_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=5, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "subject"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        indexes = [models.Index(fields=["object_id"], name="user_object")]

    def __str__(self) -> str:
        return self.display_name or self.email or self.subject

    def has_role(self, role: Role) -> bool:
        """True when the last checked claims gave this platform role."""
        flags: dict[Role, bool] = {
            Role.DEVELOPER: self.is_developer,
            Role.CATALOG_ADMIN: self.is_catalog_admin,
            Role.FINANCE: self.is_finance,
            Role.PLATFORM_ADMIN: self.is_platform_admin,
        }
        return self.is_active and flags[role]

    @property
    def roles(self) -> list[Role]:
        """Every platform role this person has now."""
        return [role for role in Role if self.has_role(role)]
