# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nova's own libvirt driver as nova-compute runs it, commanded over standard input.

A line is a command with its arguments; "DONE 0" or "DONE 1" follows what it prints. No
placement, database, Glance or Neutron is there. What the driver wants of these is answered
below, in stand_in(); the rest, all that concerns vGPUs too, is Nova's code and libvirt.
"""

import contextlib
import json
import os
import shutil
import sys
import traceback

import certifi

# requests reads the certificates of the world when it is imported; it is to call nobody.
certifi.where = lambda: sys.argv[1]

import nova.cmd  # patches the standard library, before all else as nova-compute does
import nova.conf
import nova.privsep
from nova import context as nova_context
from nova import exception, objects
from nova.compute import power_state, provider_tree, vm_states
from nova.network import model as network_model
from nova.virt import images, virtapi
from nova.virt.libvirt import driver as libvirt_driver
from oslo_concurrency import lockutils
from oslo_utils import uuidutils

CONF = nova.conf.CONF
NODE = 'lab'
GUEST = '/var/lib/openvgpu-lab/guest/'
# What Glance would have, by the ids that an instance names.
KERNEL = '6b0c1a3e-0000-4000-8000-000000000001'
RAMDISK = '6b0c1a3e-0000-4000-8000-000000000002'
DISK = '6b0c1a3e-0000-4000-8000-000000000003'
CMDLINE = sys.argv[2]


class Neutron(virtapi.VirtAPI):
    """Of the compute manager's calls the driver makes one: to wait for network ports."""

    @contextlib.contextmanager
    def wait_for_instance_event(self, instance, events, deadline=300,
                                error_callback=None):
        yield


def glance_fetch(context, image, path, trusted_certs=None):
    """Stands in for Glance: an image goes to a file. The disk is empty."""
    if image == DISK:
        with open(path, 'wb') as disk:
            disk.truncate(1 << 20)
    else:
        shutil.copy(GUEST + {KERNEL: 'vmlinux', RAMDISK: 'initrd'}[image], path)


def nobody(*arguments):
    """Stands in for the database, which has no entry of this service."""
    raise exception.ComputeHostNotFound(host=NODE)


def stand_in():
    """What comes from other services, and all of it: Glance, and the database."""
    objects.register_all()
    images.fetch = glance_fetch
    objects.Service.get_by_compute_host = nobody
    objects.Instance.save = lambda self, *args, **kwargs: None
    for name in 'BlockDeviceMappingList', 'ShareMappingList', 'VirtualInterfaceList':
        getattr(objects, name).get_by_instance_uuid = classmethod(
            lambda cls, *args, **kwargs: cls(objects=[]))


def configure():
    """What an administrator would write to nova.conf, but for the vGPUs."""
    CONF([], project='nova', default_config_files=[])
    # This is root already: no helper by sudo.
    nova.privsep.sys_admin_pctxt.set_client_mode(False)
    nova.conf.neutron.register_dynamic_opts(CONF)
    lockutils.set_defaults('/run/nova')
    for name, value, group in (
            ('state_path', '/var/lib/nova', None),
            ('compute_driver', 'libvirt.LibvirtDriver', None),
            ('images_type', 'raw', 'libvirt'),
            ('virt_type', 'kvm', 'libvirt'),
            ('cpu_mode', 'host-passthrough', 'libvirt'),
            ('hw_machine_type', ['x86_64=q35'], 'libvirt'),
            ('disable_deep_image_inspection', True, 'workarounds'),
            ('enabled', False, 'vnc')):
        CONF.set_override(name, value, group)


class Compute:
    """One nova-compute: a driver for one setting of [devices] enabled_mdev_types."""

    def __init__(self):
        self.driver = None
        self.tree = None
        self.instances = {}
        self.created = 0
        self.context = nova_context.get_admin_context()

    def do_start(self, types, *settings):
        """start TYPE,TYPE… [TYPE.KEY=VALUE]…: as a restart with another nova.conf."""
        CONF.set_override('enabled_mdev_types', types.split(','), 'devices')
        nova.conf.devices.register_dynamic_opts(CONF)
        for setting in settings:
            name, value = setting.split('=')
            group, key = name.split('.')
            CONF.set_override(key, value.split(',') if key == 'device_addresses'
                              else value, 'mdev_' + group)
        self.driver = libvirt_driver.LibvirtDriver(Neutron())
        self.driver._host.initialize()
        # These two are what init_host() does about vGPUs.
        self.driver._start_inactive_mediated_devices()
        self.driver._recreate_assigned_mediated_devices()
        self.tree = provider_tree.ProviderTree()
        self.tree.new_root(NODE, uuidutils.generate_uuid(), generation=0)

    def do_types(self):
        """Which GPU has which types: ID TYPE NAME API LEFT."""
        for gpu in self.driver._get_mdev_capable_devices():
            for name, kind in sorted(gpu['types'].items()):
                print(gpu['dev_id'], name, kind['name'].replace(' ', '_'),
                      kind['deviceAPI'], kind['availableInstances'])

    def do_inventory(self):
        """What would go to placement: PROVIDER CLASS TOTAL of those with a GPU."""
        self.driver.update_provider_tree(self.tree, NODE)
        for name in sorted(p for p in self.providers() if p != NODE):
            for kind, inventory in self.tree.data(name).inventory.items():
                print(name, kind, inventory['total'])

    def providers(self):
        return [self.tree.data(u).name for u in self.tree.get_provider_uuids()]

    def do_vgpus(self):
        """The vGPUs there are: UUID PARENT TYPE GROUP."""
        for vgpu in self.driver._get_mediated_devices():
            print(vgpu['uuid'], vgpu['parent'], vgpu['type'], vgpu['iommu_group'])

    def do_assigned(self):
        """Which of them instances have: UUID INSTANCE."""
        for uuid, owner in self.driver._get_all_assigned_mediated_devices().items():
            print(uuid, owner)

    def do_functions(self):
        """What of PCI could be passed through: ADDRESS PARENT VENDOR:DEVICE."""
        devices = json.loads(self.driver._get_pci_passthrough_devices())
        for device in sorted(devices, key=lambda d: d['address']):
            if device['dev_type'] == 'type-VF':
                print(device['address'], device['parent_addr'],
                      device['vendor_id'] + ':' + device['product_id'])

    def allocation(self, provider, kind):
        """As placement answers what an instance was given."""
        return {self.tree.data(provider).uuid: {'resources': {kind: 1}}}

    def do_spawn(self, name, provider, kind='VGPU'):
        """spawn NAME PROVIDER [CLASS]: what the API's "create a server" comes to."""
        image = objects.ImageMeta(
            id=DISK, name='lab', disk_format='raw', container_format='bare', min_disk=0,
            properties=objects.ImageMetaProps(os_command_line=CMDLINE))
        flavor = objects.Flavor(
            id=1, name='vgpu', flavorid='1', memory_mb=256, vcpus=1, root_gb=0,
            ephemeral_gb=0, swap=0, extra_specs={'resources:' + kind: '1'})
        self.created += 1
        instance = objects.Instance(
            self.context, id=self.created, uuid=uuidutils.generate_uuid(), host=NODE, node=NODE,
            hostname=name, display_name=name, user_id='lab', project_id='lab',
            image_ref=DISK, kernel_id=KERNEL, ramdisk_id=RAMDISK, flavor=flavor,
            memory_mb=256, vcpus=1, root_gb=0, ephemeral_gb=0, vm_state=vm_states.BUILDING,
            system_metadata={}, metadata={}, auto_disk_config=False,
            pci_devices=objects.PciDeviceList(objects=[]),
            pci_requests=objects.InstancePCIRequests(requests=[]),
            info_cache=objects.InstanceInfoCache(
                network_info=network_model.NetworkInfo()),
            keypairs=objects.KeyPairList(objects=[]))
        # What else the database has of such an instance is nothing.
        for field, column in instance.fields.items():
            if column.nullable and not instance.obj_attr_is_set(field):
                setattr(instance, field, None)
        self.instances[name] = instance
        self.driver.spawn(self.context, instance, image, [], None,
                          self.allocation(provider, kind), network_info=[],
                          block_device_info={})
        info = self.driver.get_info(instance)
        print(instance.uuid, power_state.STATE_MAP[info.state])

    def do_console(self, name):
        print(self.driver.get_console_output(
            self.context, self.instances[name]).decode(errors='replace'))

    def do_destroy(self, name):
        """destroy NAME: the server is deleted."""
        self.driver.destroy(self.context, self.instances.pop(name), network_info=[],
                            block_device_info={})

    def do_remove(self, uuid):
        """remove UUID: Nova keeps vGPUs for later; its connection can remove them."""
        name, = [n for n in self.driver._host.list_mediated_devices()
                 if n.startswith('mdev_' + uuid.replace('-', '_'))]
        device = self.driver._host.device_lookup_by_name(name)
        device.destroy()
        device.undefine()


def main():
    stand_in()
    configure()
    compute = Compute()
    for line in sys.stdin:
        verb, *arguments = line.split()
        status = 0
        try:
            getattr(compute, 'do_' + verb)(*arguments)
        except Exception:
            traceback.print_exc(file=sys.stdout)
            status = 1
        print('DONE', status, flush=True)
    # The threads that wait for libvirt's events would stay.
    os._exit(0)


if __name__ == '__main__':
    main()
